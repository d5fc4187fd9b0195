// The least and the greatest value of a window, and when they were.
#include <cmath>
#include <functional>

#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

/// Of a window that is not empty: where the best value is, NaN the worst of all; the last NaN where there is nothing
/// else. `better(a, b)`: a is to replace b that came before it.
template <typename Better>
size_t find_best(std::span<const double> v, Better better) {
  size_t best = 0;
  for (size_t i = 1; i < v.size(); ++i) {
    if (better(v[i], v[best]) || std::isnan(v[best])) best = i;
  }
  return best;
}

/// The same of all windows, in a queue of the samples that may still become the best of one: each is better than all
/// that came later.
template <typename Better, typename F>
void slide_best(const RangeRow& row, Better better, F&& use) {
  std::vector<uint32_t> queue;
  size_t head = 0;
  uint32_t next = 0;
  for (size_t i = 0; i < row.windows.size(); ++i) {
    const Window& w = row.windows[i];
    if (w.size() == 0) continue;
    for (next = std::max(next, w.first); next < w.last; ++next) {
      if (std::isnan(row.v[next])) continue;
      while (queue.size() > head && better(row.v[next], row.v[queue.back()])) queue.pop_back();
      queue.push_back(next);
    }
    while (head < queue.size() && queue[head] < w.first) ++head;
    use(i, head < queue.size() ? queue[head] : w.last - 1);
  }
}

template <typename Better, typename Result>
Status best_of_windows(const RangeRow& row, Column& out, Better better, Result&& result) {
  std::fill(out.begin(), out.end(), absent());
  if (much_overlap(row)) {
    slide_best(row, better, [&](size_t i, size_t best) { out[i] = result(best); });
    return {};
  }
  for (size_t i = 0; i < row.windows.size(); ++i) {
    const Window& w = row.windows[i];
    if (w.size() > 0) out[i] = result(w.first + find_best(samples_of(row, w).v, better));
  }
  return {};
}

}  // namespace

Status min_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return best_of_windows(row, out, std::less<>(), [&](size_t i) { return row.v[i]; });
}
Status max_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return best_of_windows(row, out, std::greater<>(), [&](size_t i) { return row.v[i]; });
}

// Of several equal ones these name the last.
Status ts_of_min_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return best_of_windows(row, out, std::less_equal<>(), [&](size_t i) { return static_cast<double>(row.t[i]) / 1000; });
}
Status ts_of_max_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return best_of_windows(row, out, std::greater_equal<>(),
                         [&](size_t i) { return static_cast<double>(row.t[i]) / 1000; });
}

}  // namespace oreum::promql::functions
