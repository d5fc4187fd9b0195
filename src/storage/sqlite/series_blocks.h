// The table series: blocks of compressed label sets, for the writing connection. docs/formats/sqlite-schema.md.
//
// A batch that brings new series adds a block; small neighbours are put together later.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "db/sqlite.h"
#include "encoding/series_block.h"

namespace oreum::storage {

/// Not thread-safe; must not outlive the database. What writes runs inside the caller's transaction, and is told of
/// its outcome: committed() or rolled_back().
class SeriesBlocks {
 public:
  static Result<SeriesBlocks> make(db::Database& db);

  /// Every series, refs rising.
  Result<std::vector<encoding::NumberedLabels>> load();
  /// Adds a block of new series, refs rising and above all others.
  Status add(std::span<const encoding::NumberedLabels> series);
  /// Takes series out.
  Status erase(const std::set<int64_t>& refs);
  /// Puts one run of small neighbours together; false when there is none.
  Result<bool> merge_some();
  void committed();
  void rolled_back();

  size_t blocks() const { return blocks_.size(); }

 private:
  Status read(int64_t first, std::vector<encoding::NumberedLabels>& out);
  Status write(std::span<const encoding::NumberedLabels> series);
  Status remove(int64_t first);

  db::Statement load_, select_, insert_, delete_;
  std::map<int64_t, size_t> blocks_;   // first ref → number of series
  std::map<int64_t, size_t> pending_;  // the same, as the open transaction leaves it
};

}  // namespace oreum::storage
