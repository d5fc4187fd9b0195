// Reading the chunk table, by the writer and by readers alike.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "db/sqlite.h"
#include "model/labels.h"
#include "storage/queryable.h"

namespace oreum::storage {

/// Not thread-safe; must not outlive the database.
class ChunkReader {
 public:
  static Result<ChunkReader> make(db::Database& db);
  /// Adds the samples of the series with t_min ≤ t ≤ t_max (and neighbours in the same chunks) to `out`.
  /// kDataLoss names series and window of a damaged chunk.
  Status read(int64_t ref, const model::Labels& labels, TimestampMs t_min, TimestampMs t_max, Columns& out);

 private:
  explicit ChunkReader(db::Statement select) : select_(std::move(select)) {}
  db::Statement select_;
  Columns scratch_;
};

}  // namespace oreum::storage
