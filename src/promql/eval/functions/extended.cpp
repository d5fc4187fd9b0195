#include "promql/eval/functions/extended.h"

namespace oreum::promql::functions {

namespace {

/// On the line between the samples at `i` and `i + 1`. A counter that began anew between them has risen from zero.
double between(const RangeRow& row, size_t i, int64_t at, bool counter) {
  const double to = row.v[i + 1];
  const double from = counter && to < row.v[i] ? 0 : row.v[i];
  return from + (to - from) * static_cast<double>(at - row.t[i]) / static_cast<double>(row.t[i + 1] - row.t[i]);
}

/// Samples [first, last) that count for a window, those just outside included.
struct Reach {
  size_t first;
  size_t last;
  int64_t start;
  int64_t end;
};

Reach reach_of(const RangeShape& shape, const RangeRow& row, size_t i) {
  const Window& w = row.windows[i];
  const int64_t end = shape.ends.at(i);
  Reach r{w.first, w.last, end - shape.range, end};
  if (r.first > 0 && row.t[r.first - 1] > r.start - shape.look_back) --r.first;
  if (shape.mode == RangeMode::kSmoothed && r.last < row.t.size() && row.t[r.last] <= end + shape.look_back &&
      (r.last == r.first || row.t[r.last - 1] < end)) {
    ++r.last;
  }
  return r;
}

/// The change from edge to edge, what a counter lost at its resets between them added.
double change_over(const RangeRow& row, const Reach& r, bool counter, bool smoothed) {
  size_t first = r.first;
  size_t last = r.last;
  const bool cut_left = smoothed && row.t[first] < r.start && last - first > 1;
  const bool cut_right = smoothed && row.t[last - 1] > r.end && last - first > 1;
  const double left = cut_left ? between(row, first, r.start, counter) : row.v[first];
  const double right = cut_right ? between(row, last - 2, r.end, counter) : row.v[last - 1];
  double change = right - left;
  if (!counter) return change;
  if (row.t[first] <= r.start) ++first;
  if (last > first && row.t[last - 1] >= r.end) --last;
  double lost = 0;
  double was = left;
  for (size_t k = first; k < last; ++k) {
    if (row.v[k] < was) lost += was;
    was = row.v[k];
  }
  if (right < was) lost += was;
  return change + lost;
}

}  // namespace

Status extended_change(const WindowCall& call, const RangeRow& row, bool counter, bool rate, Column& out) {
  const bool smoothed = call.shape.mode == RangeMode::kSmoothed;
  const double seconds = range_seconds(call.shape.range);
  Watch watch(call);
  for (size_t i = 0; i < row.windows.size(); ++i) {
    const Reach r = reach_of(call.shape, row, i);
    out[i] = absent();
    if (r.first == r.last || row.t[r.last - 1] <= r.start || row.t[r.first] > r.end) continue;
    const double change = change_over(row, r, counter, smoothed);
    out[i] = rate ? change / seconds : change;
    TRY(watch.passed(r.last - r.first));
  }
  return {};
}

std::vector<Window> anchored_windows(const WindowCall& call, const RangeRow& row) {
  std::vector<Window> windows = row.windows;
  for (size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].size() == 0) continue;
    windows[i].first = static_cast<uint32_t>(reach_of(call.shape, row, i).first);
  }
  return windows;
}

}  // namespace oreum::promql::functions
