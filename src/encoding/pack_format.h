// What writer and reader of packs share. docs/formats/pack.md tells the whole layout.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::encoding {

inline constexpr uint8_t kPackFormat = 1;
inline constexpr size_t kPackChecksumSize = 4;

// The first byte of a chunk's entry: how far its series is from the last one's, whether its time column is another than
// expected, and its size.
inline constexpr unsigned kStepMask = 3;
inline constexpr unsigned kStepFollows = 2;  // a step of 0 or 1 stands for itself
inline constexpr unsigned kTimesFollow = 4;
inline constexpr unsigned kSizeShift = 3;
/// Up to so many bytes a column lies in the directory, under its checksum; longer ones have one of their own.
inline constexpr size_t kMaxInline = 30;
inline constexpr unsigned kSizeFollows = kMaxInline + 1;

/// The time column that the next chunk has if nothing else is said: the next one when its series is the same, else the
/// one that the last series began with.
struct TimesGuess {
  uint64_t last = 0;
  uint64_t first_of_series = 0;

  uint64_t next(bool same_series) const { return same_series ? last + 1 : first_of_series; }
  void took(uint64_t times, bool same_series) {
    last = times;
    if (!same_series) first_of_series = times;
  }
};

uint32_t pack_checksum(std::string_view bytes);
/// Appends the checksum of `bytes` to `out`, which may be the same.
void append_checksum(std::string& out, std::string_view bytes);
/// Whether the four bytes behind `bytes` are its checksum.
bool checksum_follows(std::string_view bytes);

}  // namespace oreum::encoding
