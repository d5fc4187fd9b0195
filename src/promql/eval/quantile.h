// Quantiles of values: of an instant's vector and of a window.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace oreum::promql {

/// NaN before all numbers: the order that quantiles count in. −0 before 0, so that a value can be found again.
inline bool value_less(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
  if (a == b) return std::signbit(a) && !std::signbit(b);
  return a < b;
}

/// The quantile of values sorted by value_less, between two of them in proportion. NaN of none and for q = NaN; −Inf
/// below 0 and +Inf above 1.
inline double quantile_of_sorted(double q, std::span<const double> values) {
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  const auto last = static_cast<double>(values.size() - 1);
  const double rank = q * last;
  const double below = std::max(0.0, std::floor(rank));
  const double above = std::min(last, below + 1);
  const double weight = rank - std::floor(rank);
  if (weight == 0) return values[static_cast<size_t>(below)];  // as it is, if infinite or −0
  return values[static_cast<size_t>(below)] * (1 - weight) + values[static_cast<size_t>(above)] * weight;
}

/// The same of values in any order, which it reorders.
inline double quantile_of(double q, std::span<double> values) {
  if (!values.empty() && q >= 0 && q <= 1) {
    const auto below = static_cast<ptrdiff_t>(std::floor(q * static_cast<double>(values.size() - 1)));
    const auto nth = values.begin() + below;
    std::nth_element(values.begin(), nth, values.end(), value_less);
    if (nth + 1 < values.end()) std::iter_swap(nth + 1, std::min_element(nth + 1, values.end(), value_less));
  }
  return quantile_of_sorted(q, values);
}

}  // namespace oreum::promql
