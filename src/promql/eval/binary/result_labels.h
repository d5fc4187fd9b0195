// The labels of what arithmetic and comparisons of two vectors answer.
#pragma once

#include <string>
#include <vector>

#include "promql/eval/label_filter.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// One to one: the labels matched on, or all but those ignored. Grouped: those of the series on the "many" side, with
/// the labels asked for taken over from the "one" side (or away, where that has none). Arithmetic drops the name at
/// once; what answers 0 or 1 leaves it to the query's end, as Prometheus does.
class ResultLabels {
 public:
  explicit ResultLabels(const Binary& op, const VectorMatching& matching);
  model::Labels of(const model::Labels& many, const model::Labels& one) const;

 private:
  LabelFilter filter_;
  const std::vector<std::string>& include_;
};

}  // namespace oreum::promql
