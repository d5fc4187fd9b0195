// Texts of annotations, as Prometheus words them.
#pragma once

#include <string>
#include <string_view>

#include "promql/eval/annotations.h"
#include "promql/parse/literals.h"

namespace oreum::promql::functions {

inline std::string quoted(std::string_view text) { return quote(text); }
/// As Go's %g.
std::string number_text(double v);

/// Warns of a quantile that is none.
inline void note_bad_quantile(Annotations& notes, double q, Span where) {
  notes.warn("quantile value should be between 0 and 1, got " + number_text(q), where);
}
inline void note_quantile(Annotations& notes, double q, Span where) {
  if (!(q >= 0 && q <= 1)) note_bad_quantile(notes, q, where);
}

}  // namespace oreum::promql::functions
