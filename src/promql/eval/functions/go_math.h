// Where Go's functions answer otherwise than C's: PromQL's answers are Go's.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

namespace oreum::promql::functions {

/// NaN of NaN, unless the other is +Inf; 0 is more than −0.
inline double go_max(double a, double b) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (a == kInf || b == kInf) return kInf;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

/// NaN of NaN, unless the other is −Inf; −0 is less than 0.
inline double go_min(double a, double b) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

/// The exponent and the logarithm of the fraction apart: exact for powers of two, and not otherwise.
inline double go_log2(double v) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return std::log(fraction) * (1 / std::numbers::ln2) + static_cast<double>(exponent);
}

/// From the binary one: log10(1000) is 2.9999999999999996.
inline double go_log10(double v) { return go_log2(v) * (std::numbers::ln2 / std::numbers::ln10); }

}  // namespace oreum::promql::functions
