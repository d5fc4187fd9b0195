// From columns of samples to packs: cut by window and size, verified.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "encoding/pack.h"
#include "model/labels.h"
#include "storage/catalog.h"
#include "storage/rows.h"

namespace oreum::storage {

/// A pack on its way into a store; its id is the store's to give.
struct NewPack {
  PackMeta meta;
  std::string bytes;
};

/// Weight of a series in digests of packs: what is in another series is other data.
inline uint64_t digest_weight(model::SeriesId id) { return id.lo | 1; }

/// Digest of a pack: over all its series, weight × the sum of sample_hash over the rows (of field n, times
/// 2n + 1). Sums of it do not depend on how samples are cut into packs. `ids` are those of the ordinals.
Result<uint64_t> pack_digest(const encoding::Pack& pack, std::span<const model::SeriesId> ids);
/// The same of the rows of each UTC day: together, they are the pack's.
Result<std::map<int64_t, uint64_t>> digest_by_day(const encoding::Pack& pack, std::span<const model::SeriesId> ids);

/// Series come in rising order of refs, each once. Every pack is decoded again, and its digest compared with that of
/// what was added, before the sink has it. Not thread-safe.
class PackWriter {
 public:
  using Sink = std::function<Status(NewPack)>;
  struct Options {
    Resolution resolution = Resolution::kRaw;
    uint8_t level = 0;
    size_t target_bytes = size_t{128} << 10;  // a pack is cut when it has so many
    uint32_t chunk_samples = 4096;            // the most of a chunk
  };

  PackWriter(const Options& options, Sink sink) : options_(options), sink_(std::move(sink)) {}
  /// Fields as many as the first call's.
  Status add(int64_t ref, model::SeriesId id, const Rows& rows);
  Status finish();

 private:
  struct Open {
    explicit Open(uint32_t fields) : builder(fields) {}
    encoding::PackBuilder builder;
    PackMeta meta;
    std::vector<model::SeriesId> ids;  // by ordinal
  };
  Status add_window(Open& open, int64_t ref, model::SeriesId id, const Rows& rows, size_t from, size_t to);
  Status cut(Open& open);

  const Options options_;
  const Sink sink_;
  std::map<int64_t, std::unique_ptr<Open>> open_;  // by window
  std::vector<double> scratch_;
};

}  // namespace oreum::storage
