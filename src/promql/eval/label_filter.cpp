#include "promql/eval/label_filter.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace oreum::promql {

LabelFilter::LabelFilter(std::vector<std::string> names, bool only) : names_(std::move(names)), only_(only) {
  std::sort(names_.begin(), names_.end());
}

LabelFilter LabelFilter::grouping(std::vector<std::string> names, bool only) {
  if (!only) names.emplace_back(model::kMetricName);
  return {std::move(names), only};
}

// Labels and names are both sorted, so one walk over both does. A label's bytes begin where those of the one before it
// end; runs of labels that stay are copied at once.
void LabelFilter::encode(const model::Labels& labels, std::string& out) const {
  out.clear();
  const char* run = nullptr;  // where the labels begin that are still to be copied
  const char* begin = labels.encoded().data();
  auto name = names_.begin();
  for (const model::Label& label : labels) {
    while (name != names_.end() && std::string_view(*name) < label.name) ++name;
    const bool named = name != names_.end() && *name == label.name;
    if (named == only_) {
      if (run == nullptr) run = begin;
    } else if (run != nullptr) {
      out.append(run, begin);
      run = nullptr;
    }
    begin = label.value.data() + label.value.size();
    if (only_ && name == names_.end()) break;
  }
  if (run != nullptr) out.append(run, begin);
}

model::Labels LabelFilter::apply(const model::Labels& labels) const {
  std::string kept;
  encode(labels, kept);
  return labels_from(kept);
}

model::Labels labels_from(std::string_view encoded) {
  Result<model::Labels> labels = model::Labels::decode(encoded);
  OREUM_CHECK(labels, "labels made from labels");
  return std::move(*labels);
}

}  // namespace oreum::promql
