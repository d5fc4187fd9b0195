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

/// Kahan's sums of four windows, none of them empty. Each starts at its first sample or at zero.
void add_lanes(std::span<const double> v, std::span<const Window, kLanes> windows, std::span<KahanSum, kLanes> sums) {
  size_t common = windows[0].size();
  for (const Window& w : windows) common = std::min<size_t>(common, w.size());
  for (size_t k = 0; k < common; ++k) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane].add(v[windows[lane].first + k]);
  }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    for (size_t k = windows[lane].first + common; k < windows[lane].last; ++k) sums[lane].add(v[k]);
  }
}

/// f(window's number, its sum) for each window that is not empty.
template <typename F>
void each_sum(const RangeRow& row, F&& f) {
  const std::span<const Window> windows = row.windows;
  size_t i = 0;
  while (i < windows.size()) {
    const bool lanes = i + kLanes <= windows.size() && std::all_of(windows.begin() + static_cast<ptrdiff_t>(i),
                                                                   windows.begin() + static_cast<ptrdiff_t>(i + kLanes),
                                                                   [](const Window& w) { return w.size() > 0; });
    if (lanes) {
      std::array<KahanSum, kLanes> sums;
      add_lanes(row.v, windows.subspan(i).first<kLanes>(), sums);
      for (size_t lane = 0; lane < kLanes; ++lane) f(i + lane, sums[lane]);
      i += kLanes;
      continue;
    }
    if (windows[i].size() > 0) {
      KahanSum sum;
      for (const double v : samples_of(row, windows[i]).v) sum.add(v);
      f(i, sum);
    }
    ++i;
  }
}

/// The mean where the sum is too large, or not a number.
double careful_mean(std::span<const double> v) {
  KahanMean mean(v.front());
  for (const double x : v.subspan(1)) mean.add(x);
  return mean.value();
}

template <typename F>
Status variance(const RangeRow& row, Column& out, F&& of) {
  each_window(row, out, 1, [&](WindowSamples s, size_t) {
    KahanVariance variance;
    for (const double v : s.v) variance.add(v);
    return of(variance.value());
  });
  return {};
}

}  // namespace

Status sum_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
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
  each_sum(row, [&](size_t i, const KahanSum& sum) { out[i] = sum.total(); });
  return {};
}

Status avg_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
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
  each_sum(row, [&](size_t i, const KahanSum& sum) {
    const auto count = static_cast<double>(row.windows[i].size());
    out[i] =
        std::isfinite(sum.sum) ? sum.sum / count + sum.lost / count : careful_mean(samples_of(row, row.windows[i]).v);
  });
  return {};
}

Status stddev_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return variance(row, out, [](double v) { return std::sqrt(v); });
}

Status stdvar_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  return variance(row, out, [](double v) { return v; });
}

}  // namespace oreum::promql::functions
