#include "promql/eval/selector.h"

#include <utility>

#include "promql/eval/build.h"
#include "promql/eval/seek.h"
#include "promql/eval/times.h"

namespace oreum::promql {

namespace {

/// The newest sample in (at - look_back, at] for each point; a stale marker there means none.
void pick_values(const storage::Columns& samples, const Grid& at, int64_t look_back, Column& out) {
  Seeker seeker(samples.t);
  for (size_t i = 0; i < at.count; ++i) {
    const int64_t time = at.at(i);
    const size_t upto = seeker.upto(time);
    out[i] = upto > 0 && samples.t[upto - 1] > time - look_back ? samples.v[upto - 1] : absent();
  }
}

void pick_times(const storage::Columns& samples, const Grid& at, int64_t look_back, Column& out) {
  Seeker seeker(samples.t);
  for (size_t i = 0; i < at.count; ++i) {
    const int64_t time = at.at(i);
    const size_t upto = seeker.upto(time);
    const bool there = upto > 0 && samples.t[upto - 1] > time - look_back && !model::is_stale(samples.v[upto - 1]);
    out[i] = there ? static_cast<double>(samples.t[upto - 1]) / 1000 : absent();
  }
}

void drop_stale(storage::Columns& samples) {
  size_t kept = 0;
  for (size_t i = 0; i < samples.t.size(); ++i) {
    if (model::is_stale(samples.v[i])) continue;
    samples.t[kept] = samples.t[i];
    samples.v[kept++] = samples.v[i];
  }
  samples.t.resize(kept);
  samples.v.resize(kept);
}

/// `smoothed`: on the line between the samples before and after each point. Stale markers are none.
void pick_smoothed(const storage::Columns& samples, const Grid& at, int64_t look_back, Column& out) {
  Seeker seeker(samples.t);
  for (size_t i = 0; i < at.count; ++i) {
    const int64_t time = at.at(i);
    const size_t upto = seeker.upto(time);
    const bool before = upto > 0 && samples.t[upto - 1] > time - look_back;
    const bool after = upto < samples.t.size() && samples.t[upto] <= time + look_back;
    out[i] = absent();
    if (before && (samples.t[upto - 1] == time || !after)) {
      out[i] = samples.v[upto - 1];
    } else if (before && after) {
      const auto from = static_cast<double>(samples.t[upto - 1]);
      const auto to = static_cast<double>(samples.t[upto]);
      const double v = samples.v[upto - 1];
      out[i] = v + (samples.v[upto] - v) * (static_cast<double>(time) - from) / (to - from);
    }
  }
}

class SelectedRows final : public Rows {
 public:
  SelectedRows(Context& context, Grid at, RangeMode mode, Yield yield, Selected selected)
      : context_(context), at_(at), mode_(mode), yield_(yield), selected_(std::move(selected)) {}

  Result<bool> next(Row& out) override {
    if (!selected_.set->next()) return false;
    TRY(context_.budget.read_series());
    TRY(selected_.set->read(samples_));
    TRY(context_.budget.read_samples(samples_.t.size()));
    out.labels = selected_.set->series().labels;
    out.drop_name = false;
    out.values.resize(at_.count);
    if (yield_ == Yield::kTimes) {
      pick_times(samples_, at_, context_.look_back, out.values);
    } else if (mode_ == RangeMode::kSmoothed) {
      drop_stale(samples_);
      pick_smoothed(samples_, at_, context_.look_back, out.values);
    } else {
      pick_values(samples_, at_, context_.look_back, out.values);
    }
    return true;
  }

 private:
  Context& context_;
  const Grid at_;
  const RangeMode mode_;
  const Yield yield_;
  Selected selected_;
  storage::Columns samples_;
};

}  // namespace

Result<std::unique_ptr<Rows>> select_rows(Context& context, const Expr& expr, const Grid& grid, Yield yield) {
  const auto& selector = *expr.as<VectorSelector>();
  TRY_ASSIGN(const Grid at, reference(context, selector.modifiers, grid));
  const int64_t ahead = selector.mode == RangeMode::kSmoothed ? context.look_back : 0;
  const TimestampMs from{at.start - context.look_back + 1};
  const TimestampMs to{at.end() + ahead};
  TRY_ASSIGN(Selected selected, select(context, selector.matchers, from, to));
  return std::make_unique<SelectedRows>(context, at, selector.mode, yield, std::move(selected));
}

Result<std::unique_ptr<Rows>> select_rows(Context& context, const Expr& expr, const Grid& grid) {
  return select_rows(context, expr, grid, Yield::kValues);
}

}  // namespace oreum::promql
