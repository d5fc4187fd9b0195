// Lines through the samples of a window, and smoothing.
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "promql/eval/functions/table.h"
#include "promql/eval/kahan.h"

namespace oreum::promql::functions {

namespace {

struct Line {
  double slope;
  double intercept;  // at the time asked for
};

/// Least squares; x is seconds after `zero`.
Line fit_line(WindowSamples s, int64_t zero) {
  KahanSum x_sum;
  KahanSum y_sum;
  KahanSum xy_sum;
  KahanSum xx_sum;
  bool constant = true;
  for (size_t i = 0; i < s.v.size(); ++i) {
    const double y = s.v[i];
    constant = constant && y == s.v.front();
    const double x = static_cast<double>(s.t[i] - zero) / 1000;
    x_sum.add(x);
    y_sum.add(y);
    xy_sum.add(x * y);
    xx_sum.add(x * x);
  }
  if (constant) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    return std::isinf(s.v.front()) ? Line{kNan, kNan} : Line{0, s.v.front()};
  }
  const auto n = static_cast<double>(s.v.size());
  const double xs = x_sum.total();
  const double ys = y_sum.total();
  const double covariance = xy_sum.total() - xs * ys / n;
  const double variance = xx_sum.total() - xs * xs / n;
  const double slope = covariance / variance;
  return {slope, ys / n - slope * xs / n};
}

Status check_factor(std::string_view name, double factor) {
  if (!(factor <= 0) && !(factor >= 1)) return {};
  return Error(Code::kInvalidArgument, fmt::format("invalid {} factor. Expected: 0 < {} < 1, got: {:f}", name,
                                                   name.starts_with('s') ? "sf" : "tf", factor));
}

/// Holt's linear method: level and trend.
double smooth(std::span<const double> v, double level_share, double trend_share) {
  double before = 0;
  double level = v[0];
  double trend = v[1] - v[0];
  for (size_t i = 1; i < v.size(); ++i) {
    const double raw = level_share * v[i];
    if (i > 1) trend = trend_share * (level - before) + (1 - trend_share) * trend;
    const double kept = (1 - level_share) * (level + trend);
    before = level;
    level = raw + kept;
  }
  return level;
}

}  // namespace

Status deriv(const WindowCall& call, const RangeRow& row, Column& out) {
  // Times near the samples' own keep the sums small.
  return each_window(call, row, out, 2, [](WindowSamples s, size_t) { return fit_line(s, s.t.front()).slope; });
}

Status predict_linear(const WindowCall& call, const RangeRow& row, Column& out) {
  const Column& ahead = call.scalars[0];
  return each_window(call, row, out, 2, [&](WindowSamples s, size_t i) {
    const Line line = fit_line(s, call.grid.at(i));
    return line.slope * ahead[i] + line.intercept;
  });
}

Status double_exponential_smoothing(const WindowCall& call, const RangeRow& row, Column& out) {
  Watch watch(call);
  for (size_t i = 0; i < row.windows.size(); ++i) {
    out[i] = absent();
    if (row.windows[i].size() == 0) continue;
    TRY(watch.passed(row.windows[i].size()));
    TRY(check_factor("smoothing", call.scalars[0][i]));
    TRY(check_factor("trend", call.scalars[1][i]));
    const std::span<const double> v = samples_of(row, row.windows[i]).v;
    if (v.size() >= 2) out[i] = smooth(v, call.scalars[0][i], call.scalars[1][i]);
  }
  return {};
}

}  // namespace oreum::promql::functions
