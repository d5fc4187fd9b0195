#include "promql/eval/annotations.h"

#include <algorithm>

namespace oreum::promql {

void Annotations::add(std::vector<Note>& notes, std::string_view text, Span where) {
  const bool known =
      std::any_of(notes.begin(), notes.end(), [&](const Note& n) { return n.text == text && n.where == where; });
  if (!known) notes.push_back({std::string(text), where});
}

}  // namespace oreum::promql
