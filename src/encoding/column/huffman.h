// Numbers as Huffman-coded buckets and raw low bits. A bucket holds the numbers that agree in their length and in the
// `mantissa` bits behind the highest one; numbers below 2^mantissa have a bucket each. docs/formats/pack.md, "tokens".
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oreum::encoding::column {

/// The finest buckets: 2^4 for each length.
inline constexpr unsigned kMaxMantissa = 4;
inline constexpr unsigned kMaxCodeBits = 11;
inline constexpr size_t kMaxSymbols = (64 - kMaxMantissa + 1) << kMaxMantissa;

inline unsigned bucket_of(uint64_t v, unsigned mantissa) {
  if (v < (1ULL << mantissa)) return static_cast<unsigned>(v);
  const unsigned low = 63U - static_cast<unsigned>(__builtin_clzll(v)) - mantissa;
  return (low << mantissa) + static_cast<unsigned>(v >> low);
}

/// Raw bits behind the bucket.
inline unsigned bucket_extra(unsigned bucket, unsigned mantissa) {
  return bucket < (1U << mantissa) ? 0 : (bucket >> mantissa) - 1;
}

/// The least number of the bucket.
inline uint64_t bucket_base(unsigned bucket, unsigned mantissa) {
  const unsigned extra = bucket_extra(bucket, mantissa);
  return (bucket < (1U << mantissa) ? uint64_t{bucket} : (1ULL << mantissa) + (bucket & ((1U << mantissa) - 1)))
         << extra;
}

/// How often each of the finest buckets comes: enough to tell what a column would cost.
class Histogram {
 public:
  void count(std::span<const uint64_t> values);
  uint32_t total() const { return total_; }
  unsigned first() const { return first_; }
  unsigned last() const { return last_; }
  uint32_t at(unsigned bucket) const { return counts_[bucket]; }

 private:
  std::array<uint32_t, kMaxSymbols> counts_{};
  uint32_t total_ = 0;
  unsigned first_ = 0;
  unsigned last_ = 0;
};

/// About how many bits tokens of the values need, a table of their code included.
double token_bits(std::span<const uint64_t> values);

/// A plan to write the counted numbers as tokens.
class TokenEncoder {
 public:
  /// Chooses the buckets and makes the code.
  void plan(const Histogram& histogram);
  /// How many bytes encode() will append, up to a few bits of padding.
  size_t bytes() const { return bytes_; }
  void encode(std::span<const uint64_t> values, std::string& out);

 private:
  void choose_lengths(unsigned limit);
  void write_table(std::string& out) const;
  void write_tokens(std::span<const uint64_t> values, size_t first_value, size_t stride, std::string& out) const;

  unsigned mantissa_ = 0;
  unsigned first_ = 0;      // the first symbol in use
  unsigned code_bits_ = 0;  // of the longest code
  size_t bytes_ = 0;
  std::vector<uint32_t> counts_;  // from first_ on
  std::vector<uint8_t> lengths_;
  std::vector<uint32_t> codes_;
  std::string scratch_;
};

/// Writes the first `want` of the `count` numbers at the front of `bytes`, which are taken off when all are wanted;
/// false when they are damaged. kReadSlack bytes behind `bytes` are readable.
bool decode_tokens(std::string_view& bytes, size_t count, size_t want, uint64_t* out);

}  // namespace oreum::encoding::column
