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

/// Decodes a column of `n` values, all of `bytes`: writes at least the places from `first` to before `last` of `v`,
/// which has room for all. false when what had to be read is damaged. kReadSlack bytes behind `bytes` are readable.
bool decode_values(std::string_view bytes, size_t n, size_t first, size_t last, double* v);

}  // namespace oreum::encoding::column
