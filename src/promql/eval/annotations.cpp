#include "promql/eval/annotations.h"

#include <algorithm>

namespace oreum::promql {

namespace {

/// Whether an evaluation from the leaves to the root, left before right, comes to `a` after `b`.
bool is_later(Span a, Span b) {
  const bool around = a.begin <= b.begin && a.end >= b.end;
  const bool within = b.begin <= a.begin && b.end >= a.end;
  return around || (!within && a.begin > b.begin);
}

}  // namespace

void Annotations::add(std::vector<Note>& notes, std::string_view text, Span where) {
  const auto known = std::find_if(notes.begin(), notes.end(), [&](const Note& n) { return n.text == text; });
  if (known == notes.end()) {
    notes.push_back({std::string(text), where});
  } else if (is_later(where, known->where)) {
    known->where = where;
  }
}

}  // namespace oreum::promql
