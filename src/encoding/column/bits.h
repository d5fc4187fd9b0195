// Bits in bytes, the highest first: what is written first is at the top of a loaded word, so that a table of codes is
// indexed by one shift.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace oreum::encoding::column {

/// Bytes that must be readable behind any column: decoders look ahead and check afterwards, every few tokens.
inline constexpr size_t kReadSlack = 64;
/// Bits that a window() has at least.
inline constexpr unsigned kWindowBits = 57;

inline unsigned bit_length(uint64_t v) { return 64U - static_cast<unsigned>(std::countl_zero(v)); }

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  /// Appends the `n` low bits; those above must be 0. n ≤ 64.
  void put(uint64_t bits, unsigned n) {
    if (n > 32) {
      put(bits >> 32, n - 32);
      bits &= 0xFFFFFFFFU;
      n = 32;
    }
    pending_ = pending_ << n | bits;
    count_ += n;
    if (count_ >= 32) {
      count_ -= 32;
      append(static_cast<uint32_t>(pending_ >> count_), 4);
    }
  }

  /// Fills the last byte with zeros.
  void flush() {
    if (count_ > 0) append(static_cast<uint32_t>(pending_ << (32 - count_)), (count_ + 7) / 8);
    count_ = 0;
  }

 private:
  void append(uint32_t word, unsigned bytes) {
    const char text[4] = {static_cast<char>(word >> 24), static_cast<char>(word >> 16), static_cast<char>(word >> 8),
                          static_cast<char>(word)};
    out_.append(text, bytes);
  }

  std::string& out_;
  uint64_t pending_ = 0;
  unsigned count_ = 0;  // bits in pending_, below 32 between calls
};

/// The bits from position `pos` on, at the top of a word; kWindowBits of them at least. Reads eight bytes.
inline uint64_t window(const uint8_t* base, uint64_t pos) {
  uint64_t word = 0;
  std::memcpy(&word, base + (pos >> 3), sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word << (pos & 7);
}

/// The `n` bits at the position, n ≤ 64.
inline uint64_t bits_at(const uint8_t* base, uint64_t pos, unsigned n) {
  if (n == 0) return 0;
  if (n <= kWindowBits) return window(base, pos) >> (64 - n);
  return (window(base, pos) >> 32 << (n - 32)) | (window(base, pos + 32) >> (96 - n));
}

inline const uint8_t* bytes_of(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

}  // namespace oreum::encoding::column
