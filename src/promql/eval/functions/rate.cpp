// rate, increase, delta: the change over a window, stretched to the whole of it; irate, idelta: that of its last two
// samples.
#include <cmath>
#include <string>
#include <string_view>

#include <algorithm>

#include <fmt/core.h>

#include "promql/eval/functions/extended.h"
#include "promql/eval/functions/notes.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

enum class Kind { kDelta, kIncrease, kRate };

/// Positions i at which a counter began anew: v[i] < v[i - 1].
std::vector<uint32_t> find_resets(std::span<const double> v) {
  std::vector<uint32_t> resets;
  constexpr size_t kBlock = 256;  // most have none: counting them is a plain loop that the compiler makes wide
  for (size_t begin = 1; begin < v.size(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, v.size());
    int64_t found = 0;
    for (size_t i = begin; i < end; ++i) found += static_cast<int64_t>(v[i] < v[i - 1]);
    for (size_t i = begin; found > 0 && i < end; ++i) {
      if (v[i] < v[i - 1]) resets.push_back(static_cast<uint32_t>(i));
    }
  }
  return resets;
}

/// How far a change is stretched: to the ends of the window where the nearest samples are about one interval away from
/// them, else by half an interval; and never to before a counter was zero.
template <bool kCounter>
double stretch(int64_t start, int64_t end, WindowSamples s, double change) {
  double to_start = static_cast<double>(s.t.front() - start) / 1000;
  double to_end = static_cast<double>(end - s.t.back()) / 1000;
  const double sampled = static_cast<double>(s.t.back() - s.t.front()) / 1000;
  const double interval = sampled / static_cast<double>(s.t.size() - 1);
  const double near = interval * 1.1;
  if (to_start >= near) to_start = interval / 2;
  if (kCounter) {
    double to_zero = to_start;
    if (change > 0 && s.v.front() >= 0) to_zero = sampled * (s.v.front() / change);
    if (to_zero < to_start) to_start = to_zero;
  }
  if (to_end >= near) to_end = interval / 2;
  return (sampled + to_start + to_end) / sampled;
}

template <Kind kKind>
Status extrapolated(const WindowCall& call, const RangeRow& row, Column& out) {
  constexpr bool kCounter = kKind != Kind::kDelta;
  const double seconds = range_seconds(call.shape.range);
  std::vector<uint32_t> resets;
  if (kCounter) resets = find_resets(row.v);
  size_t reset = 0;  // the first that may lie in the window
  return each_window(call, row, out, 2, [&](WindowSamples s, size_t i) {
    double change = s.v.back() - s.v.front();
    if (kCounter) {
      const Window& w = row.windows[i];
      while (reset < resets.size() && resets[reset] <= w.first) ++reset;
      for (size_t r = reset; r < resets.size() && resets[r] < w.last; ++r) change += row.v[resets[r] - 1];
    }
    const int64_t end = call.shape.ends.at(i);
    double factor = stretch<kCounter>(end - call.shape.range, end, s, change);
    if (kKind == Kind::kRate) factor /= seconds;
    return change * factor;
  });
}

/// Counters have names that say so; what rate() makes of others is likely a mistake.
void note_non_counter(const WindowCall& call, const RangeRow& row, const Column& out) {
  const std::string_view name = row.labels.metric();
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"}) {
    if (name.ends_with(suffix)) return;
  }
  if (name.empty() || name == call.noted || std::all_of(out.begin(), out.end(), is_absent)) return;
  call.noted = name;
  call.context.notes.info(
      fmt::format("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {}", quoted(name)),
      call.span);
}

template <Kind kKind>
Status change_over_window(const WindowCall& call, const RangeRow& row, Column& out) {
  constexpr bool kCounter = kKind != Kind::kDelta;
  if (call.shape.mode == RangeMode::kPlain) {
    TRY(extrapolated<kKind>(call, row, out));
  } else {
    TRY(extended_change(call, row, kCounter, kKind == Kind::kRate, out));
  }
  if (kCounter) note_non_counter(call, row, out);
  return {};
}

template <bool kRate>
double last_change(WindowSamples s) {
  const size_t n = s.v.size();
  const double was = s.v[n - 2];
  const double is = s.v[n - 1];
  if (!kRate) return is - was;
  const double change = is < was ? is : is - was;
  return change / (static_cast<double>(s.t[n - 1] - s.t[n - 2]) / 1000);
}

}  // namespace

Status rate(const WindowCall& call, const RangeRow& row, Column& out) {
  return change_over_window<Kind::kRate>(call, row, out);
}
Status increase(const WindowCall& call, const RangeRow& row, Column& out) {
  return change_over_window<Kind::kIncrease>(call, row, out);
}
Status delta(const WindowCall& call, const RangeRow& row, Column& out) {
  return change_over_window<Kind::kDelta>(call, row, out);
}

Status irate(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 2, [](WindowSamples s, size_t) { return last_change<true>(s); });
}
Status idelta(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 2, [](WindowSamples s, size_t) { return last_change<false>(s); });
}

}  // namespace oreum::promql::functions
