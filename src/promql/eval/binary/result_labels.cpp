#include "promql/eval/binary/result_labels.h"

#include <algorithm>

namespace oreum::promql {

namespace {

LabelFilter filter_of(bool is_arithmetic, const VectorMatching& matching) {
  std::vector<std::string> names;
  const bool one_to_one = matching.cardinality == Cardinality::kOneToOne;
  if (one_to_one) names = matching.labels;
  if (one_to_one && matching.on) {
    if (is_arithmetic) std::erase(names, model::kMetricName);
    return LabelFilter::only(std::move(names));
  }
  if (is_arithmetic) names.emplace_back(model::kMetricName);
  return LabelFilter::except(std::move(names));
}

}  // namespace

ResultLabels::ResultLabels(const Binary& op, const VectorMatching& matching)
    : filter_(filter_of(!is_comparison(op.op), matching)), include_(matching.include) {}

model::Labels ResultLabels::of(const model::Labels& many, const model::Labels& one) const {
  model::Labels kept = filter_.apply(many);
  if (include_.empty()) return kept;
  std::vector<model::Label> taken;
  taken.reserve(include_.size());
  for (const std::string& name : include_) taken.push_back({name, one.get(name)});
  return kept.with(taken);
}

}  // namespace oreum::promql
