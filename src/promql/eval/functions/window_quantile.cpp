// Quantiles of windows, and how far values are from the middle one.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "promql/eval/functions/notes.h"
#include "promql/eval/functions/table.h"
#include "promql/eval/quantile.h"

namespace oreum::promql::functions {

namespace {

/// Windows up to here are sorted by insertion in Prometheus, so that of −0 and 0 the earlier stays first.
constexpr size_t kStable = 12;

double quantile_of_small(double q, std::span<const double> v) {
  std::array<double, kStable> sorted{};
  for (size_t i = 0; i < v.size(); ++i) {
    size_t at = i;
    for (; at > 0 && (std::isnan(v[i]) || v[i] < sorted[at - 1]); --at) sorted[at] = sorted[at - 1];
    sorted[at] = v[i];
  }
  return quantile_of_sorted(q, std::span(sorted).first(v.size()));
}

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

/// The middle one of how far sorted values are from theirs: both sides of the middle go outwards. The middle is finite.
double middle_distance(std::span<const double> sorted, double middle) {
  const auto distance = [&](size_t i) { return std::fabs(sorted[i] - middle); };
  const auto above = std::lower_bound(sorted.begin(), sorted.end(), middle);
  auto right = static_cast<size_t>(above - sorted.begin());
  size_t left = right;  // one past the next on the left
  const size_t n = sorted.size();
  double last = 0;
  double before = 0;
  for (size_t taken = 0; taken <= n / 2; ++taken) {
    before = last;
    const bool go_left = right == n || (left > 0 && distance(left - 1) <= distance(right));
    last = go_left ? distance(--left) : distance(right++);
  }
  return n % 2 == 1 ? last : before * 0.5 + last * 0.5;
}

double mad_of(std::span<double> sorted, std::vector<double>& scratch) {
  if (std::isnan(sorted.front())) return std::numeric_limits<double>::quiet_NaN();  // NaN where any value is
  const double middle = quantile_of_sorted(0.5, sorted);
  if (std::isfinite(middle)) return middle_distance(sorted, middle);
  scratch.assign(sorted.begin(), sorted.end());
  for (double& v : scratch) v = std::fabs(v - middle);
  return quantile_of(0.5, scratch);
}

}  // namespace

Status quantile_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  const Column& q = call.scalars[0];
  SortedWindow window;
  std::vector<double> scratch;
  const bool slide = much_overlap(row);
  return each_window(call, row, out, 1, [&](WindowSamples s, size_t i) {
    note_quantile(call.context.notes, q[i], call.spans[0]);
    if (s.v.size() <= kStable) return quantile_of_small(q[i], s.v);
    if (slide) return quantile_of_sorted(q[i], window.move_to(row, row.windows[i]));
    scratch.assign(s.v.begin(), s.v.end());
    return quantile_of(q[i], scratch);
  });
}

Status mad_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  SortedWindow window;
  std::vector<double> scratch;
  return each_window(call, row, out, 1,
                     [&](WindowSamples, size_t i) { return mad_of(window.move_to(row, row.windows[i]), scratch); });
}

}  // namespace oreum::promql::functions
