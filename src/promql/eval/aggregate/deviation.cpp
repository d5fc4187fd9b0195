// stdvar and stddev: the population's, by Welford.
#include <cmath>
#include <limits>

#include "promql/eval/aggregate/aggregation.h"

namespace oreum::promql {

namespace {

struct Variance {
  double count = 0;
  double mean = 0;
  double squares = 0;

  void add(double x) {
    count += 1;
    if (count == 1) {
      mean = x;
      squares = std::isfinite(x) ? 0 : std::numeric_limits<double>::quiet_NaN();
      return;
    }
    const double delta = x - mean;
    mean += delta / count;
    squares += delta * (x - mean);
  }
};

template <bool kRoot>
class DeviationState {
 public:
  explicit DeviationState(size_t points) : variances_(points) {}
  void add_group() { variances_.add({}); }
  void add(size_t group, const Column& values) {
    const std::span<Variance> variances = variances_[group];
    for (size_t i = 0; i < variances.size(); ++i) {
      if (!is_absent(values[i])) variances[i].add(values[i]);
    }
  }
  void finish(size_t group, Column& out) {
    const std::span<Variance> variances = variances_[group];
    for (size_t i = 0; i < variances.size(); ++i) {
      if (variances[i].count == 0) continue;
      const double variance = variances[i].squares / variances[i].count;
      out[i] = kRoot ? std::sqrt(variance) : variance;
    }
  }

 private:
  GroupColumns<Variance> variances_;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_stddev(Aggregation aggregation) {
  return std::make_unique<StreamedRows<DeviationState<true>>>(std::move(aggregation));
}

Result<std::unique_ptr<Rows>> make_stdvar(Aggregation aggregation) {
  return std::make_unique<StreamedRows<DeviationState<false>>>(std::move(aggregation));
}

}  // namespace oreum::promql
