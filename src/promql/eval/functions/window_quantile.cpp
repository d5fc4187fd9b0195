// Quantiles of windows, and how far values are from the middle one.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "promql/eval/functions/notes.h"
#include "promql/eval/functions/table.h"
#include "promql/eval/quantile.h"

namespace oreum::promql::functions {

namespace {

/// The values of a window, sorted; moves on with it, taking out and putting in what changed.
class SortedWindow {
 public:
  std::span<double> move_to(const RangeRow& row, const Window& w) {
    const bool overlaps = w.first < now_.last && w.first >= now_.first;
    const size_t changed = (w.first - now_.first) + (w.last - now_.last);
    if (overlaps && changed < w.size() / 8) {
      for (uint32_t i = now_.first; i < w.first; ++i) values_.erase(place(row.v[i]));
      for (uint32_t i = now_.last; i < w.last; ++i) values_.insert(place(row.v[i]), row.v[i]);
    } else {
      const std::span<const double> v = samples_of(row, w).v;
      values_.assign(v.begin(), v.end());
      std::sort(values_.begin(), values_.end(), value_less);
    }
    now_ = w;
    return values_;
  }

 private:
  std::vector<double>::iterator place(double v) {
    return std::lower_bound(values_.begin(), values_.end(), v, value_less);
  }
  std::vector<double> values_;
  Window now_;
};

}  // namespace

Status quantile_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  const Column& q = call.scalars[0];
  SortedWindow window;
  std::vector<double> scratch;
  const bool slide = much_overlap(row);
  each_window(row, out, 1, [&](WindowSamples s, size_t i) {
    note_quantile(call.context.notes, q[i], call.spans[0]);
    if (slide) return quantile_of_sorted(q[i], window.move_to(row, row.windows[i]));
    scratch.assign(s.v.begin(), s.v.end());
    return quantile_of(q[i], scratch);
  });
  return {};
}

/// NaN where any value is.
Status mad_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> scratch;
  each_window(row, out, 1, [&](WindowSamples s, size_t) {
    if (std::any_of(s.v.begin(), s.v.end(), [](double v) { return std::isnan(v); })) return kNan;
    scratch.assign(s.v.begin(), s.v.end());
    const double middle = quantile_of(0.5, scratch);
    for (double& v : scratch) v = std::fabs(v - middle);
    return quantile_of(0.5, scratch);
  });
  return {};
}

}  // namespace oreum::promql::functions
