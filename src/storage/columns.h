// Putting columns of samples together.
#pragma once

#include <span>

#include "storage/queryable.h"

namespace oreum::storage {

/// Adds samples that are all later than those there are. (insert() does so one by one where the allocator is its own.)
void append(Columns& out, std::span<const int64_t> t, std::span<const double> v);

/// Adds the samples of `more` (times rising strictly) to `out`; where both hold a time, what `out` holds stays.
void merge_into(Columns& out, const Columns& more);

/// Drops what is outside t_min ≤ t ≤ t_max.
void clip(Columns& columns, TimestampMs t_min, TimestampMs t_max);

}  // namespace oreum::storage
