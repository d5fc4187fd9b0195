// Rollups: buckets as rows of packs, and which day is due for them. docs/formats/rollup.md,
// docs/decisions/0010-rollups.md.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "storage/bucket.h"
#include "storage/catalog.h"
#include "storage/compaction.h"
#include "storage/rows.h"

namespace oreum::storage {

inline constexpr std::array kRollupResolutions{Resolution::kMinute, Resolution::kHour};
/// Value columns of a rollup's chunks.
inline constexpr size_t kRollupFields = 10;

/// Buckets of one series and resolution, in the order of time, as rows.
void buckets_to_rows(std::span<const Bucket> buckets, Rows& rows);
/// Row number i. The rows have kRollupFields columns.
Bucket bucket_of_row(const Rows& rows, size_t i);

struct RollupPolicy {
  milliseconds slack{130LL * 60'000};  // a day is over when its end is so long ago: its last seal has come
  milliseconds quiet{10LL * 60'000};   // … and nothing was put into it for so long
};

/// Sum of the digests of a day's raw packs: the same however its samples are cut into packs.
uint64_t raw_digest(const Catalog& catalog, int64_t day);
/// Whether the rollups of the day are of the samples that are there now.
bool is_fresh(const Catalog& catalog, int64_t day);

/// The oldest day whose rollups are missing, or not of the samples it has now; none when all is in order.
std::optional<int64_t> plan_rollup(const Catalog& catalog, Moment now, const RollupPolicy& policy,
                                   const std::set<int64_t>& skip);

}  // namespace oreum::storage
