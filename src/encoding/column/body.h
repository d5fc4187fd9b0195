// Bodies: columns of small unsigned numbers, mostly zeros, as bytes. There are several kinds; each is one file and one
// line of kBodies, and the one that needs the fewest bytes is taken. docs/formats/pack.md, "bodies".
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/column/huffman.h"

namespace oreum::encoding::column {

/// A column to be written, and what its kinds find out about it. Used again and again, it allocates little.
struct Residuals {
  std::span<const uint64_t> z;
  uint64_t all_bits = 0;         // all numbers ORed
  std::vector<uint64_t> gaps;    // zeros before each other number …
  std::vector<uint64_t> values;  // … and that number less one
  Histogram histogram;
  TokenEncoder tokens;
  TokenEncoder gap_tokens;
  TokenEncoder value_tokens;

  void look_at(std::span<const uint64_t> column);
};

struct BodyKind {
  /// Bytes that encode() will append (a few more at most); SIZE_MAX when the kind does not suit.
  size_t (*size)(Residuals&);
  void (*encode)(Residuals&, std::string&);
  /// Writes the first `want` of the `n` numbers at the front of the bytes, which are taken off when all are wanted;
  /// false when they are damaged.
  bool (*decode)(std::string_view& bytes, size_t n, size_t want, uint64_t* z);
};

extern const BodyKind kZeros;   // nothing
extern const BodyKind kPacked;  // blocks of one width
extern const BodyKind kRuns;    // few numbers between zeros, of one width
extern const BodyKind kDense;   // Huffman tokens
extern const BodyKind kSparse;  // Huffman tokens of the zeros between and of the numbers

/// The place in this table is what the format knows a kind by: lines are only ever added.
inline const std::array<const BodyKind*, 5> kBodies{&kZeros, &kPacked, &kRuns, &kDense, &kSparse};

/// Writes the first `want` of n numbers: `gaps[i]` zeros before each `values[i] + 1`, and zeros to the end. false when
/// there are more than n.
bool spread(const uint64_t* gaps, const uint64_t* values, size_t count, size_t n, size_t want, uint64_t* z);

}  // namespace oreum::encoding::column
