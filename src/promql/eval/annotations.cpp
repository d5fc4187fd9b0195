#include "promql/eval/annotations.h"

namespace oreum::promql {

namespace {

/// Whether an evaluation from the leaves to the root, left before right, comes to `a` after `b`.
bool is_later(Span a, Span b) {
  const bool around = a.begin <= b.begin && a.end >= b.end;
  const bool within = b.begin <= a.begin && b.end >= a.end;
  return around || (!within && a.begin > b.begin);
}

}  // namespace

void Annotations::Notes::add(std::string_view text, Span where) {
  const auto [it, fresh] = by_text.try_emplace(std::string(text), notes.size());
  if (fresh) {
    notes.push_back({it->first, where});
  } else if (is_later(where, notes[it->second].where)) {
    notes[it->second].where = where;
  }
}

}  // namespace oreum::promql
