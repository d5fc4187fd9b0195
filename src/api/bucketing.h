// Samples, by way of buckets → points on a grid of equal steps.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "storage/bucket.h"

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

/// A value for each point; NaN where there is none. Buckets are in the order of time and lie within a point each, those
/// before the grid aside. Stale markers and other NaNs count as no sample.
std::vector<double> aggregate(std::span<const storage::Bucket> buckets, const Grid& grid, Aggregation how);

/// Of a counter: the rate per second between each sample and the one before it, counted at the later one's time; the
/// average is over time. A counter that fell started again at zero. No rate across a NaN. Of buckets without their
/// rates the smallest, largest and last are those of whole buckets.
std::vector<double> aggregate_rates(std::span<const storage::Bucket> buckets, const Grid& grid, Aggregation how);

}  // namespace oreum::api
