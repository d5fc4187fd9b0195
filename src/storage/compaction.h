// Which packs to put together. A pure function of the catalog and the time; docs/decisions/0008-packs.md.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.h"
#include "storage/catalog.h"

namespace oreum::storage {

struct CompactionPolicy {
  milliseconds level1{2LL * 3'600'000};  // what is put together while its day goes on
  milliseconds slack{10LL * 60'000};     // a window is over when its end is so long ago
  milliseconds quiet{60'000};            // … and nothing was sealed into it for so long
  size_t depth = 12;                     // so many seals on top of each other are put together at once
};

struct CompactionJob {
  std::vector<PackPtr> sources;
  Resolution resolution = Resolution::kRaw;
  uint8_t level = 0;  // of what comes out
};

/// What it is, by both clocks.
struct Moment {
  TimestampMs wall;
  Monotonic::time_point monotonic;
};

/// The next job, oldest window first; none when all is in order. Packs in `skip` (damaged ones) are left alone.
std::optional<CompactionJob> plan_compaction(const Catalog& catalog, Moment now, const CompactionPolicy& policy,
                                             const std::set<int64_t>& skip);

}  // namespace oreum::storage
