// Columns of times as bytes: a regular one needs none, since its ends and length are known. docs/formats/pack.md,
// "times".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/column/integers.h"

namespace oreum::encoding::column {

/// Writes columns of times. Used again and again, it allocates little. Not thread-safe.
class TimeEncoder {
 public:
  /// Appends a column (1 … kMaxPackChunkSamples, rising strictly).
  void encode(std::span<const int64_t> t, std::string& out);

 private:
  std::vector<int64_t> rest_;  // times less the line
  std::vector<uint64_t> steps_;
  IntegerEncoder integers_;
};

/// Decodes a column of `n` times from t_min to t_max, all of `bytes`; false when it is damaged or does not rise.
/// kReadSlack bytes behind it are readable.
bool decode_times(std::string_view bytes, size_t n, int64_t t_min, int64_t t_max, int64_t* t);

}  // namespace oreum::encoding::column
