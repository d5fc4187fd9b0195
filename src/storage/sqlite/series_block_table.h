// The table series, for the writing connection. What is in a block: storage/engine/series_blocks.h.
#pragma once

#include <string>
#include <string_view>

#include "db/sqlite.h"
#include "storage/engine/series_blocks.h"

namespace oreum::storage {

/// Not thread-safe; must not outlive the database. All but load() run inside the caller's transaction.
class SeriesBlockTable {
 public:
  static Result<SeriesBlockTable> make(db::Database& db);

  /// Calls row(first, data) for each block, rising.
  Status load(const Backend::Row& row);
  Result<std::string> read(int64_t first);
  Status insert(int64_t first, std::string_view data);
  Status erase(int64_t first);

 private:
  db::Statement load_, select_, insert_, erase_;
};

/// Every series of a database, refs rising.
Result<std::vector<encoding::NumberedLabels>> load_series(db::Database& db);

}  // namespace oreum::storage
