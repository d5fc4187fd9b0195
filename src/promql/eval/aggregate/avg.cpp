#include <optional>

#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/kahan.h"

namespace oreum::promql {

namespace {

class AvgState {
 public:
  explicit AvgState(size_t points) : means_(points) {}
  void add_group() { means_.add(std::nullopt); }
  void add(size_t group, const Column& values) {
    const auto means = means_[group];
    for (size_t i = 0; i < means.size(); ++i) {
      if (is_absent(values[i])) continue;
      if (means[i]) {
        means[i]->add(values[i]);
      } else {
        means[i].emplace(values[i]);
      }
    }
  }
  void finish(size_t group, Column& out) {
    const auto means = means_[group];
    for (size_t i = 0; i < means.size(); ++i) {
      if (means[i]) out[i] = means[i]->value();
    }
  }

 private:
  GroupColumns<std::optional<KahanMean>> means_;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_avg(Aggregation aggregation) {
  return std::make_unique<StreamedRows<AvgState>>(std::move(aggregation));
}

}  // namespace oreum::promql
