// Chunks: the samples of one series over a window, as bytes. docs/formats/chunk.md holds the layout.
//
// The first byte of a chunk names its format, the last four are a checksum; a format once written is readable for
// ever. All codecs are lossless to the bit.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/raw_vector.h"
#include "base/result.h"
#include "base/time.h"

namespace oreum::encoding {

/// More samples than this are never in one chunk, so a damaged count cannot ask for memory.
inline constexpr uint32_t kMaxChunkSamples = 1U << 20;

/// Hash of one sample. Their sum over a set of samples is a digest that does not depend on order or encoding.
inline uint64_t sample_hash(TimestampMs t, double v) {
  uint64_t h = static_cast<uint64_t>(t.ms) * 0x9E3779B97F4A7C15U;
  h ^= std::rotl(std::bit_cast<uint64_t>(v) + 0xD6E8FEB86659FD93U, 29);
  h *= 0xBF58476D1CE4E5B9U;
  h ^= h >> 32;
  h *= 0x94D049BB133111EBU;
  return h ^ (h >> 29);
}

/// Encodes columns of equal length (1 … kMaxChunkSamples samples, times rising strictly).
std::string encode_chunk(std::span<const int64_t> t, std::span<const double> v);

/// Appends what a chunk holds to the columns. kDataLoss when the bytes are damaged; the columns are then as before.
Status decode_chunk(std::string_view bytes, RawVector<int64_t>& t, RawVector<double>& v);

/// A chunk that grows sample by sample in its encoded form: a few bytes a sample, none in a run of equal values on
/// a regular grid. Not thread-safe; copies are snapshots.
class ChunkBuilder {
 public:
  /// `t` must be after the last one's.
  void append(TimestampMs t, double v);
  uint32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  TimestampMs first_t() const { return {first_t_}; }
  TimestampMs last_t() const { return {prev_t_}; }
  double last_v() const { return std::bit_cast<double>(prev_bits_); }
  /// Sum of sample_hash over what was appended.
  uint64_t digest() const { return digest_; }
  /// The bytes so far as a whole chunk.
  std::string finish() const;
  /// Appends what was appended to the columns.
  Status decode(RawVector<int64_t>& t, RawVector<double>& v) const;

 private:
  int64_t first_t_ = 0;
  int64_t prev_t_ = 0;
  uint64_t prev_step_ = 0;  // t[i] − t[i−1], wrapping
  uint64_t prev_bits_ = 0;
  uint64_t digest_ = 0;
  uint32_t time_run_ = 0;   // steps equal to the one before, not written yet
  uint32_t value_run_ = 0;  // values equal to the one before, not written yet
  uint32_t count_ = 0;
  std::string times_;   // tokens of all but the first sample and the pending run
  std::string values_;  // tokens of all but the pending run
};

}  // namespace oreum::encoding
