// One series out of the chunks of several packs.
#pragma once

#include <memory>
#include <vector>

#include "encoding/pack.h"
#include "storage/catalog.h"
#include "storage/queryable.h"

namespace oreum::storage {

/// Gathers a series' chunks, then reads them in order of time, whatever order their packs came in. Kept from series to
/// series it allocates little. Not thread-safe.
class ChunkReader {
 public:
  void clear() { chunks_.clear(); }
  /// The chunks of the pack's series `ordinal` that overlap the range. `meta` outlives the reading.
  void add(const std::shared_ptr<const encoding::Pack>& pack, const PackMeta& meta, uint32_t ordinal, TimestampMs from,
           TimestampMs to);
  /// Adds their samples in the range to `out`, whose samples are all before them, or which is empty. After an error
  /// failed() says which pack.
  Status read(TimestampMs from, TimestampMs to, Columns& out);
  const PackMeta& failed() const { return *failed_; }

 private:
  struct Chunk {
    const PackMeta* meta;
    std::shared_ptr<const encoding::Pack> pack;
    encoding::PackChunk at;
  };

  Status read_whole(const Chunk& chunk, Columns& out);
  Status read_part(const Chunk& chunk, TimestampMs from, TimestampMs to, Columns& out);
  Status read_one(const Chunk& chunk, TimestampMs from, TimestampMs to, Columns& out);

  std::vector<Chunk> chunks_;
  const PackMeta* failed_ = nullptr;
  RawVector<int64_t> t_;  // of a chunk that is wanted in part
  RawVector<double> v_;
  Columns aside_;
};

}  // namespace oreum::storage
