#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/kahan.h"

namespace oreum::promql {

namespace {

class SumState {
 public:
  explicit SumState(size_t points) : sums_(points) {}
  void add_group() { sums_.add({absent(), 0}); }
  void add(size_t group, const Column& values) {
    const std::span<KahanSum> sums = sums_[group];
    for (size_t i = 0; i < sums.size(); ++i) {
      const double v = values[i];
      if (is_absent(v)) continue;
      if (is_absent(sums[i].sum)) {
        sums[i].sum = v;
      } else {
        sums[i].add(v);
      }
    }
  }
  void finish(size_t group, Column& out) {
    const std::span<KahanSum> sums = sums_[group];
    for (size_t i = 0; i < sums.size(); ++i) {
      if (!is_absent(sums[i].sum)) out[i] = sums[i].total();
    }
  }

 private:
  GroupColumns<KahanSum> sums_;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_sum(Aggregation aggregation) {
  return std::make_unique<StreamedRows<SumState>>(std::move(aggregation));
}

}  // namespace oreum::promql
