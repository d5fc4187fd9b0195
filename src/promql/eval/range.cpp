// Range vector selectors: the samples of each series, and which of them each window has.
#include <algorithm>
#include <utility>

#include "promql/eval/build.h"
#include "promql/eval/seek.h"
#include "promql/eval/times.h"
#include "promql/eval/windows.h"

namespace oreum::promql {

namespace {

/// Stale markers are no samples of a range.
void drop_stale(storage::Columns& samples) {
  const auto first = std::find_if(samples.v.begin(), samples.v.end(), model::is_stale);
  if (first == samples.v.end()) return;
  auto to = static_cast<size_t>(first - samples.v.begin());
  for (size_t from = to; from < samples.v.size(); ++from) {
    if (model::is_stale(samples.v[from])) continue;
    samples.t[to] = samples.t[from];
    samples.v[to++] = samples.v[from];
  }
  samples.t.resize(to);
  samples.v.resize(to);
}

class SelectedRanges final : public RangeRows {
 public:
  SelectedRanges(Context& context, RangeShape shape, Selected selected)
      : context_(context), shape_(shape), selected_(std::move(selected)) {}

  Result<bool> next(RangeRow& out) override {
    do {
      if (!selected_.set->next()) return false;
      TRY(context_.budget.read_series());
      std::swap(samples_.t, out.t);
      std::swap(samples_.v, out.v);
      TRY(selected_.set->read(samples_));
      TRY(context_.budget.read_samples(samples_.t.size()));
      drop_stale(samples_);
      std::swap(samples_.t, out.t);
      std::swap(samples_.v, out.v);
    } while (out.t.empty());
    out.labels = selected_.set->series().labels;
    out.drop_name = false;
    find_windows(shape_, out.t, out.windows);
    return true;
  }

  RangeShape shape() const override { return shape_; }

 private:
  Context& context_;
  const RangeShape shape_;
  Selected selected_;
  storage::Columns samples_;
};

}  // namespace

void find_windows(const RangeShape& shape, std::span<const int64_t> t, std::vector<Window>& out) {
  out.resize(shape.ends.count);
  Seeker first(t);
  Seeker last(t);
  for (size_t i = 0; i < shape.ends.count; ++i) {
    const int64_t end = shape.ends.at(i);
    out[i] = {static_cast<uint32_t>(first.upto(end - shape.range)), static_cast<uint32_t>(last.upto(end))};
  }
}

Result<std::unique_ptr<RangeRows>> select_ranges(Context& context, const Expr& expr, const Grid& grid) {
  const auto& range = *expr.as<MatrixSelector>();
  const auto& selector = *range.vector->as<VectorSelector>();
  TRY_ASSIGN(const Grid ends, reference(context, selector.modifiers, grid));
  TRY_ASSIGN(const int64_t length, resolve_positive(context, range.range));
  // Beyond the windows: what `anchored` and `smoothed` look at.
  const int64_t before = selector.mode == RangeMode::kPlain ? 0 : context.look_back;
  const int64_t after = selector.mode == RangeMode::kSmoothed ? context.look_back : 0;
  const TimestampMs from{ends.start - length - before + 1};
  const TimestampMs to{ends.end() + after};
  TRY_ASSIGN(Selected selected, select(context, selector.matchers, from, to));
  const RangeShape shape{ends, length, selector.mode, context.look_back};
  return std::make_unique<SelectedRanges>(context, shape, std::move(selected));
}

}  // namespace oreum::promql
