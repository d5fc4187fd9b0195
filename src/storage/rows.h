// Rows: the samples of one series with one value column (raw) or several (rollups).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/raw_vector.h"
#include "encoding/pack.h"
#include "storage/queryable.h"

namespace oreum::storage {

/// Columns of equal length, times rising strictly.
struct Rows {
  RawVector<int64_t> t;
  std::vector<RawVector<double>> v;  // by field

  void clear(size_t fields) {
    t.clear();
    v.resize(fields);
    for (auto& column : v) column.clear();
  }
};

/// Adds the rows of a chunk. Times that are there already keep their values.
Status read_chunk(const encoding::Pack& pack, const encoding::PackChunk& chunk, Rows& out);

/// Adds the rows of a series' chunks that overlap the range to `out`, which has as many columns as the pack. Whole
/// chunks.
Status read_rows(const encoding::Pack& pack, uint32_t ordinal, TimestampMs from, TimestampMs to, Rows& out);

/// Adds the samples of a series' chunks that overlap the range, a raw pack's, to `out`. Whole chunks: clip afterwards.
Status read_series(const encoding::Pack& pack, uint32_t ordinal, TimestampMs from, TimestampMs to, Columns& out);

/// Takes out the rows of times for which `keep` answers false.
void keep_rows(Rows& rows, const std::function<bool(int64_t)>& keep);

}  // namespace oreum::storage
