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

/// The exponent and the logarithm of the fraction apart: exact for powers of two.
inline double go_log2(double v) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return std::log(fraction) * std::numbers::log2e + static_cast<double>(exponent);
}

/// Infinite as soon as the exponential is.
inline double go_cosh(double v) {
  constexpr double kOneCounts = 21;  // from here on exp(-v) is lost beside exp(v)
  v = std::fabs(v);
  if (v > kOneCounts) return std::exp(v) * 0.5;
  const double e = std::exp(v);
  return (e + 1 / e) * 0.5;
}
inline double go_sinh(double v) {
  constexpr double kOneCounts = 21;
  constexpr double kSmall = 0.5;  // below, the difference of exponentials loses digits
  const double magnitude = std::fabs(v);
  if (!(magnitude > kSmall)) return std::sinh(v);
  const double e = std::exp(magnitude);
  return std::copysign(magnitude > kOneCounts ? e * 0.5 : (e - 1 / e) * 0.5, v);
}

}  // namespace oreum::promql::functions
