// Samples → points on a grid of equal steps.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "storage/queryable.h"

namespace oreum::api {

enum class Aggregation { kAvg, kMin, kMax, kLast };

std::optional<Aggregation> parse_aggregation(std::string_view name);

/// Points at start + i·step; each holds the samples of [its time, the next point's time).
struct Grid {
  int64_t start = 0;  // ms
  int64_t step = 1;   // ms
  size_t points = 0;
};

/// The smallest width of a usual kind with which the span has at most `points` points.
milliseconds round_step(milliseconds span, size_t points);

/// NaN where there is no sample. Stale markers and other NaNs count as none.
std::vector<double> aggregate(const storage::Columns& samples, const Grid& grid, Aggregation how);

/// The rate per second between each sample and the one before it, at the later one's time. A counter that fell
/// started again at zero. No rate across a stale marker.
storage::Columns per_second(const storage::Columns& counter);

}  // namespace oreum::api
