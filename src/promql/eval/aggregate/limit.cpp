// limitk and limit_ratio: some of the series, as they come.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "model/label_hash.h"
#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/functions/notes.h"

namespace oreum::promql {

namespace {

/// At each point the first k of each group, in the input's order.
class FirstRows final : public Rows {
 public:
  FirstRows(Aggregation aggregation, std::vector<int64_t> limits)
      : input_(std::move(aggregation.input)),
        groups_(aggregation.node),
        taken_(aggregation.grid.count),
        limits_(std::move(limits)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, input_->next(out));
    if (!there) return false;
    const size_t known = groups_.size();
    const uint32_t group = groups_.add(out);
    if (group == known) taken_.add(0);
    const std::span<int64_t> taken = taken_[group];
    for (size_t i = 0; i < taken.size(); ++i) {
      if (is_absent(out.values[i])) continue;
      if (taken[i] < limits_[i]) {
        ++taken[i];
      } else {
        out.values[i] = absent();
      }
    }
    return true;
  }

 private:
  std::unique_ptr<Rows> input_;
  Groups groups_;
  GroupColumns<int64_t> taken_;
  const std::vector<int64_t> limits_;
};

/// Each series has a place in [0, 1], from a hash of its labels, the same in every query and on every machine. A ratio
/// r ≥ 0 takes the places below r; one below 0 takes those from 1 + r on, which are the others of 1 + r.
class RatioRows final : public Rows {
 public:
  explicit RatioRows(Aggregation aggregation)
      : input_(std::move(aggregation.input)), ratios_(std::move(aggregation.param)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, input_->next(out));
    if (!there) return false;
    const double place = place_of(out.labels);
    for (size_t i = 0; i < ratios_.size(); ++i) {
      const double ratio = ratios_[i];
      const bool taken = ratio >= 0 ? place < ratio : place >= 1 + ratio;
      if (!taken) out.values[i] = absent();
    }
    return true;
  }

 private:
  static double place_of(const model::Labels& labels) {
    return static_cast<double>(model::prometheus_hash(labels)) * 0x1p-64;
  }

  std::unique_ptr<Rows> input_;
  const Column ratios_;
};

void warn_of_ratio(Context& context, Span where, double got, double used) {
  context.notes.warn(
      fmt::format("ratio value should be between -1 and 1, got {}, capping to {}", functions::number_text(got), used),
      where);
}

}  // namespace

Result<std::unique_ptr<Rows>> make_limitk(Aggregation aggregation) {
  TRY_ASSIGN(auto limits, whole_param(aggregation.param));
  return std::make_unique<FirstRows>(std::move(aggregation), std::move(limits));
}

Result<std::unique_ptr<Rows>> make_limit_ratio(Aggregation aggregation) {
  const Column& ratios = aggregation.param;
  const bool has_nan = std::any_of(ratios.begin(), ratios.end(), [](double r) { return std::isnan(r); });
  if (has_nan) return Error(Code::kInvalidArgument, "Ratio value is NaN");
  const auto [smallest, largest] = std::minmax_element(ratios.begin(), ratios.end());
  const Span where = aggregation.node.param->span;
  if (*largest > 1) warn_of_ratio(aggregation.context, where, *largest, 1);
  if (*smallest < -1) warn_of_ratio(aggregation.context, where, *smallest, -1);
  return std::make_unique<RatioRows>(std::move(aggregation));
}

}  // namespace oreum::promql
