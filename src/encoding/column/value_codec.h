// Columns of doubles as bytes, lossless for every bit pattern. docs/formats/pack.md, "values".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/column/integers.h"
#include "encoding/column/reading.h"

namespace oreum::encoding::column {

/// Writes columns of values. Used again and again, it allocates little. Not thread-safe.
class ValueEncoder {
 public:
  /// Appends a column of 1 … kMaxPackChunkSamples values.
  void encode(std::span<const double> values, std::string& out);

 private:
  void write_patches(std::span<const double> values, std::string& out) const;

  Mantissas mantissas_;
  IntegerEncoder integers_;
};

/// Decodes a column of `n` values, all of `bytes`; false when it is damaged. kReadSlack bytes behind it are readable.
bool decode_values(std::string_view bytes, size_t n, double* v);

}  // namespace oreum::encoding::column
