// sum, avg, stddev and stdvar over time.
//
// Each window's sum is Kahan's over its own samples in their order, so windows cannot be had from one another. But
// where all samples are whole and their sums are exact, a running sum answers to the bit what the long way does; and
// else several windows are added up at a time, since one addition waits for the one before.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "promql/eval/functions/table.h"
#include "promql/eval/kahan.h"

namespace oreum::promql::functions {

namespace {

/// Sums of whole numbers up to here are exact.
constexpr double kExact = 0x1p53;

/// sums[i]: of the samples before i. Nothing where samples are not whole or too large for all sums to be exact.
std::optional<std::vector<int64_t>> running_sums(std::span<const double> v) {
  std::vector<int64_t> sums(v.size() + 1);
  const double most = kExact / static_cast<double>(v.size() + 1);
  for (size_t i = 0; i < v.size(); ++i) {
    if (!(std::fabs(v[i]) < most)) return std::nullopt;
    const auto whole = static_cast<int64_t>(v[i]);
    if (static_cast<double>(whole) != v[i]) return std::nullopt;
    sums[i + 1] = sums[i] + whole;
  }
  return sums;
}

constexpr size_t kLanes = 4;

/// Kahan's sums of four windows side by side, two in a vector register. What an addition loses is had as Knuth does it,
/// without looking which operand is the larger: the same number, where all is finite.
class LaneSums {
 public:
  void add(std::span<const double> v, std::span<const Window, kLanes> windows, size_t k) {
    for (size_t half = 0; half < kHalves; ++half) {
      const Pair x{v[windows[2 * half].first + k], v[windows[2 * half + 1].first + k]};
      const Pair t = sum_[half] + x;
      const Pair of_x = t - sum_[half];
      lost_[half] += (sum_[half] - (t - of_x)) + (x - of_x);
      sum_[half] = t;
    }
  }
  KahanSum lane(size_t i) const { return {sum_[i / 2][i % 2], lost_[i / 2][i % 2]}; }

 private:
  static constexpr size_t kHalves = kLanes / 2;
  using Pair [[gnu::vector_size(16)]] = double;
  std::array<Pair, kHalves> sum_{};
  std::array<Pair, kHalves> lost_{};
};

KahanSum sum_of(std::span<const double> v) {
  KahanSum sum;
  for (const double x : v) sum.add(x);
  return sum;
}

/// The sums of four windows, none of them empty.
std::array<KahanSum, kLanes> sum_lanes(const RangeRow& row, std::span<const Window, kLanes> windows) {
  size_t common = windows[0].size();
  for (const Window& w : windows) common = std::min<size_t>(common, w.size());
  LaneSums lanes;
  for (size_t k = 0; k < common; ++k) lanes.add(row.v, windows, k);
  std::array<KahanSum, kLanes> sums;
  for (size_t lane = 0; lane < kLanes; ++lane) {
    sums[lane] = lanes.lane(lane);
    for (size_t k = windows[lane].first + common; k < windows[lane].last; ++k) sums[lane].add(row.v[k]);
    const bool finite = std::isfinite(sums[lane].sum) && std::isfinite(sums[lane].lost);
    if (!finite) sums[lane] = sum_of(samples_of(row, windows[lane]).v);
  }
  return sums;
}

/// f(window's number, its sum) for each window that is not empty.
template <typename F>
Status each_sum(const WindowCall& call, const RangeRow& row, F&& f) {
  const std::span<const Window> windows = row.windows;
  Watch watch(call);
  size_t i = 0;
  while (i < windows.size()) {
    const std::span<const Window> next = windows.subspan(i, std::min(kLanes, windows.size() - i));
    if (next.size() == kLanes && std::all_of(next.begin(), next.end(), [](const Window& w) { return w.size() > 0; })) {
      const std::array<KahanSum, kLanes> sums = sum_lanes(row, next.first<kLanes>());
      for (size_t lane = 0; lane < kLanes; ++lane) f(i + lane, sums[lane]);
      TRY(watch.passed(kLanes * next[0].size()));
      i += kLanes;
      continue;
    }
    if (windows[i].size() > 0) f(i, sum_of(samples_of(row, windows[i]).v));
    TRY(watch.passed(windows[i].size()));
    ++i;
  }
  return {};
}

/// The mean where the sum is too large, or not a number.
double careful_mean(std::span<const double> v) {
  KahanMean mean(v.front());
  for (const double x : v.subspan(1)) mean.add(x);
  return mean.value();
}

/// Four windows at a time, as far as all of them go: divisions wait for nothing but their own window.
std::array<KahanVariance, kLanes> variance_lanes(const RangeRow& row, std::span<const Window, kLanes> windows) {
  size_t common = windows[0].size();
  for (const Window& w : windows) common = std::min<size_t>(common, w.size());
  std::array<KahanVariance, kLanes> variances;
  for (size_t k = 0; k < common; ++k) {
    for (size_t lane = 0; lane < kLanes; ++lane) variances[lane].add(row.v[windows[lane].first + k]);
  }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    for (size_t k = windows[lane].first + common; k < windows[lane].last; ++k) variances[lane].add(row.v[k]);
  }
  return variances;
}

/// out[i] = of(variance of window i)
template <typename F>
Status variance(const WindowCall& call, const RangeRow& row, Column& out, F&& of) {
  const std::span<const Window> windows = row.windows;
  Watch watch(call);
  size_t i = 0;
  for (; i + kLanes <= windows.size(); i += kLanes) {
    const auto lanes = windows.subspan(i).first<kLanes>();
    const std::array<KahanVariance, kLanes> variances = variance_lanes(row, lanes);
    for (size_t lane = 0; lane < kLanes; ++lane) {
      out[i + lane] = lanes[lane].size() == 0 ? absent() : of(variances[lane].value());
    }
    TRY(watch.passed(kLanes * lanes[0].size()));
  }
  for (; i < windows.size(); ++i) {
    KahanVariance one;
    for (const double v : samples_of(row, windows[i]).v) one.add(v);
    out[i] = windows[i].size() == 0 ? absent() : of(one.value());
  }
  return {};
}

}  // namespace

Status sum_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  if (much_overlap(row)) {
    if (const auto sums = running_sums(row.v)) {
      for (size_t i = 0; i < row.windows.size(); ++i) {
        const Window& w = row.windows[i];
        out[i] = w.size() == 0 ? absent() : static_cast<double>((*sums)[w.last] - (*sums)[w.first]);
      }
      return {};
    }
  }
  std::fill(out.begin(), out.end(), absent());
  return each_sum(call, row, [&](size_t i, const KahanSum& sum) { out[i] = sum.total(); });
}

Status avg_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  if (much_overlap(row)) {
    if (const auto sums = running_sums(row.v)) {
      for (size_t i = 0; i < row.windows.size(); ++i) {
        const Window& w = row.windows[i];
        const auto sum = static_cast<double>((*sums)[w.last] - (*sums)[w.first]);
        out[i] = w.size() == 0 ? absent() : sum / static_cast<double>(w.size());
      }
      return {};
    }
  }
  std::fill(out.begin(), out.end(), absent());
  return each_sum(call, row, [&](size_t i, const KahanSum& sum) {
    const auto count = static_cast<double>(row.windows[i].size());
    out[i] =
        std::isfinite(sum.sum) ? sum.sum / count + sum.lost / count : careful_mean(samples_of(row, row.windows[i]).v);
  });
}

Status stddev_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return variance(call, row, out, [](double v) { return std::sqrt(v); });
}

Status stdvar_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return variance(call, row, out, [](double v) { return v; });
}

}  // namespace oreum::promql::functions
