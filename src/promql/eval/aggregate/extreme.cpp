// min and max: NaN only where there is nothing else.
#include <cmath>
#include <functional>

#include "promql/eval/aggregate/aggregation.h"

namespace oreum::promql {

namespace {

/// `Better` is std::less for min, std::greater for max. The marker of absence is a NaN, and gives way as one.
template <typename Better>
class ExtremeState {
 public:
  explicit ExtremeState(size_t points) : best_(points) {}
  void add_group() { best_.add(absent()); }
  void add(size_t group, const Column& values) {
    const std::span<double> best = best_[group];
    for (size_t i = 0; i < best.size(); ++i) {
      const double v = values[i];
      const bool better = Better()(v, best[i]) || std::isnan(best[i]);
      best[i] = better && !is_absent(v) ? v : best[i];
    }
  }
  void finish(size_t group, Column& out) {
    const std::span<double> best = best_[group];
    out.assign(best.begin(), best.end());
  }

 private:
  GroupColumns<double> best_;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_min(Aggregation aggregation) {
  return std::make_unique<StreamedRows<ExtremeState<std::less<double>>>>(std::move(aggregation));
}

Result<std::unique_ptr<Rows>> make_max(Aggregation aggregation) {
  return std::make_unique<StreamedRows<ExtremeState<std::greater<double>>>>(std::move(aggregation));
}

}  // namespace oreum::promql
