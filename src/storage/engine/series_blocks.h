// The table series: blocks of compressed label sets. docs/formats/sqlite-schema.md.
//
// A batch that brings new series adds a block; small neighbours are put together later.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "encoding/series_block.h"
#include "storage/backend.h"

namespace oreum::storage {

/// Calls sink(first ref, block) for the series, refs rising, cut into blocks.
Status write_series_blocks(std::span<const encoding::NumberedLabels> series, const Backend::Row& sink);

/// Puts the series of all blocks together, which are added in order of their refs.
class SeriesBlockReader {
 public:
  Status add(int64_t first, std::string_view data);
  /// Every series, refs rising. kDataLoss when one is there twice.
  Result<std::vector<encoding::NumberedLabels>> finish();
  /// First ref → number of series.
  const std::map<int64_t, size_t>& blocks() const { return blocks_; }

 private:
  std::vector<encoding::NumberedLabels> all_;
  std::map<int64_t, size_t> blocks_;
};

/// Knows the blocks of a store. Not thread-safe. What writes is told of the transaction's outcome: committed(), or else
/// rolled_back() before the next.
class SeriesBlocks {
 public:
  /// Every series, refs rising.
  Result<std::vector<encoding::NumberedLabels>> load(Backend& backend);
  /// The series from a ref on, which came to be elsewhere.
  Result<std::vector<encoding::NumberedLabels>> load_from(Sharing& sharing, int64_t first);
  /// Adds a block of new series, refs rising and above all others.
  Status add(Backend::Transaction& transaction, std::span<const encoding::NumberedLabels> series);
  /// Takes series out.
  Status erase(Backend::Transaction& transaction, const std::set<int64_t>& refs);
  /// Whether there is a run of small neighbours …
  bool wants_merge() const { return !mergeable().empty(); }
  /// … and puts one together.
  Status merge_some(Backend::Transaction& transaction);
  void committed() { blocks_ = pending_; }
  void rolled_back() { pending_ = blocks_; }

  size_t blocks() const { return blocks_.size(); }

 private:
  std::vector<int64_t> mergeable() const;
  static Status read(Backend::Transaction& transaction, int64_t first, std::vector<encoding::NumberedLabels>& out);
  Status remove(Backend::Transaction& transaction, int64_t first);

  std::map<int64_t, size_t> blocks_;   // first ref → number of series
  std::map<int64_t, size_t> pending_;  // the same, as the open transaction leaves it
};

}  // namespace oreum::storage
