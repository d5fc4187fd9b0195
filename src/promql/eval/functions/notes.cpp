#include "promql/eval/functions/notes.h"

#include "base/number.h"

namespace oreum::promql::functions {

std::string number_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

}  // namespace oreum::promql::functions
