// The points in time that a query is evaluated at, and columns of values over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/sample.h"

namespace oreum::promql {

/// start, start + step, …: `count` points, in milliseconds. An instant query is a grid of one point.
struct Grid {
  int64_t start = 0;
  int64_t step = 1;  // > 0; 0 where a selector looks at one time only (@)
  size_t count = 1;  // ≥ 1

  static Grid instant(int64_t at) { return {at, 1, 1}; }
  int64_t at(size_t i) const { return start + static_cast<int64_t>(i) * step; }
  int64_t end() const { return at(count - 1); }
};

/// Values over a grid, one a point. A point that is not there holds the bits of the stale marker, which no stored
/// sample that counts has and no arithmetic makes.
using Column = std::vector<double>;

inline double absent() { return model::stale_marker(); }
inline bool is_absent(double v) { return model::is_stale(v); }
inline bool has_points(const Column& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return !is_absent(v); });
}

}  // namespace oreum::promql
