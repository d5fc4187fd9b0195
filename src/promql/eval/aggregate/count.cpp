// count, and group, which says 1 where count would say anything.
#include "promql/eval/aggregate/aggregation.h"

namespace oreum::promql {

namespace {

template <bool kOne>
class CountState {
 public:
  explicit CountState(size_t points) : counts_(points) {}
  void add_group() { counts_.add(0); }
  void add(size_t group, const Column& values) {
    const std::span<uint32_t> counts = counts_[group];
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += is_absent(values[i]) ? 0 : 1;
  }
  void finish(size_t group, Column& out) {
    const std::span<uint32_t> counts = counts_[group];
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != 0) out[i] = kOne ? 1 : counts[i];
    }
  }

 private:
  GroupColumns<uint32_t> counts_;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_count(Aggregation aggregation) {
  return std::make_unique<StreamedRows<CountState<false>>>(std::move(aggregation));
}

Result<std::unique_ptr<Rows>> make_group(Aggregation aggregation) {
  return std::make_unique<StreamedRows<CountState<true>>>(std::move(aggregation));
}

}  // namespace oreum::promql
