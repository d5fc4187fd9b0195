// Packs: chunks of many series over a window as one blob, sharing time columns. docs/formats/pack.md holds the layout.
//
// A pack knows its series by ordinal (0, 1, 2 …) only, so its bytes are the same in every store. A chunk has one value
// column or, for a rollup, several (`fields`), and refers to a time column that other chunks of the pack may share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::encoding {

class SharedTimes;

/// The most samples of one chunk; longer runs are cut by whoever builds. A damaged count cannot ask for more memory.
inline constexpr uint32_t kMaxPackChunkSamples = 8192;
/// The most value columns of one chunk.
inline constexpr uint32_t kMaxPackFields = 32;
/// Pack::open() appends so many bytes to what it is given; a string with room for them is not copied.
inline constexpr size_t kPackSlack = 64;
/// A pack's bytes with just that room.
std::string with_pack_slack(std::string_view bytes);

/// Collects chunks and writes them as a pack. Kept and used again, it allocates little. Not thread-safe.
class PackBuilder {
 public:
  explicit PackBuilder(uint32_t fields = 1);
  ~PackBuilder();
  PackBuilder(PackBuilder&&) noexcept;
  PackBuilder& operator=(PackBuilder&&) noexcept;

  /// A time column (1 … kMaxPackChunkSamples, rising strictly); returns its number. The same column as an earlier one
  /// gets that one's number.
  uint32_t add_times(std::span<const int64_t> t);
  /// A chunk of the series: `fields` value columns one after the other, each as long as its time column. Series rise;
  /// the chunks of a series come in order of time and do not overlap.
  void add(uint32_t series, uint32_t times, std::span<const double> values);
  /// About how long finish() would be.
  size_t bytes() const;
  bool empty() const;
  /// The pack; the builder is then empty again.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where a chunk of a pack is.
struct PackChunk {
  uint32_t series = 0;
  uint32_t times = 0;  // number of its time column
  uint32_t count = 0;
  uint32_t index = 0;  // its place in chunks()
  int64_t t_min = 0;
  int64_t t_max = 0;
};

/// Reads a pack. Immutable after open but for time columns that it keeps decoded, under a lock: threads may share it.
/// Copies share the bytes.
class Pack {
 public:
  /// Packs with the same `shared` keep the times they have in common once; null: this one is alone. kDataLoss when
  /// header or directory are damaged.
  static Result<Pack> open(std::string bytes, std::shared_ptr<SharedTimes> shared = nullptr);

  uint32_t fields() const;
  /// How much memory it takes, without times.
  size_t memory() const;
  /// All chunks, by series and time.
  std::span<const PackChunk> chunks() const;
  /// Those of one series.
  std::span<const PackChunk> of(uint32_t series) const;
  /// The chunk.count times. Series of one source share theirs: what was asked for twice is kept decoded and good as
  /// long as the pack; else they are written to `scratch`, which has room for them. kDataLoss when the column is
  /// damaged.
  Result<std::span<const int64_t>> times(const PackChunk& chunk, int64_t* scratch) const;
  /// Writes fields × chunk.count values to `v`, column after column. `chunk` is one of chunks(). kDataLoss as above.
  Status values(const PackChunk& chunk, double* v) const { return values(chunk, 0, chunk.count, v); }
  /// The same with the values from `first` to before `last` of each column only (at least one): in the same places of
  /// `v`, the others of which may be written too. Takes the less time the earlier they are.
  Status values(const PackChunk& chunk, size_t first, size_t last, double* v) const;

 private:
  struct State;
  explicit Pack(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace oreum::encoding
