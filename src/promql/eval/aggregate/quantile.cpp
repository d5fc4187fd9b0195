#include "promql/eval/quantile.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/functions/notes.h"

namespace oreum::promql {

namespace {

/// Needs all values of a point at once: keeps the input's columns, a group's one behind the other.
class QuantileRows final : public Rows {
 public:
  explicit QuantileRows(Aggregation aggregation)
      : budget_(aggregation.context.budget),
        input_(std::move(aggregation.input)),
        groups_(aggregation.node),
        phi_(std::move(aggregation.param)) {}

  Result<bool> next(Row& out) override {
    if (input_) TRY(read());
    if (at_ == kept_.size()) return false;
    out.labels = groups_.labels(at_);
    out.drop_name = groups_.drop_name(at_);
    out.values.assign(phi_.size(), absent());
    for (size_t first = 0; first < phi_.size(); first += kBlock) finish_block(kept_[at_], first, out.values);
    kept_[at_++] = {};
    return true;
  }

 private:
  /// Points done together: as many as a cache line of a column has.
  static constexpr size_t kBlock = 8;

  Status read() {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, input_->next(row));
      if (!there) break;
      if (!has_points(row.values)) continue;
      TRY(budget_.hold_points(row.values.size()));
      const uint32_t group = groups_.add(row);
      kept_.resize(groups_.size());
      kept_[group].insert(kept_[group].end(), row.values.begin(), row.values.end());
    }
    input_.reset();
    return {};
  }

  void finish_block(const Column& kept, size_t first, Column& out) {
    const size_t last = std::min(first + kBlock, phi_.size());
    for (std::vector<double>& values : block_) values.clear();
    for (size_t row = 0; row < kept.size(); row += phi_.size()) {
      for (size_t i = first; i < last; ++i) {
        if (!is_absent(kept[row + i])) block_[i - first].push_back(kept[row + i]);
      }
    }
    for (size_t i = first; i < last; ++i) {
      std::vector<double>& values = block_[i - first];
      if (!values.empty()) out[i] = quantile_of(phi_[i], values);
    }
  }

  Budget& budget_;
  std::unique_ptr<Rows> input_;  // null once read
  Groups groups_;
  const Column phi_;
  std::vector<Column> kept_;  // by group
  std::array<std::vector<double>, kBlock> block_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<Rows>> make_quantile(Aggregation aggregation) {
  double largest = -HUGE_VAL;
  double smallest = HUGE_VAL;
  bool has_nan = false;
  for (const double phi : aggregation.param) {
    largest = std::max(largest, phi);
    smallest = std::min(smallest, phi);
    has_nan |= std::isnan(phi);
  }
  const auto warn = [&](double phi) {
    functions::note_bad_quantile(aggregation.context.notes, phi, aggregation.node.param->span);
  };
  if (has_nan) warn(NAN);
  if (!has_nan && largest > 1) warn(largest);
  if (!has_nan && smallest < 0) warn(smallest);
  return std::make_unique<QuantileRows>(std::move(aggregation));
}

}  // namespace oreum::promql
