#include "encoding/column/body.h"

#include <algorithm>

namespace oreum::encoding::column {

namespace {

size_t zeros_size(Residuals& r) { return r.all_bits == 0 ? 0 : SIZE_MAX; }
void zeros_encode(Residuals& /*r*/, std::string& /*out*/) {}
bool zeros_decode(std::string_view& /*bytes*/, size_t /*n*/, size_t want, uint64_t* z) {
  std::fill_n(z, want, uint64_t{0});
  return true;
}

}  // namespace

const BodyKind kZeros{zeros_size, zeros_encode, zeros_decode};

void Residuals::look_at(std::span<const uint64_t> column) {
  z = column;
  all_bits = 0;
  gaps.clear();
  values.clear();
  uint64_t gap = 0;
  for (const uint64_t v : column) {
    all_bits |= v;
    if (v == 0) {
      ++gap;
      continue;
    }
    gaps.push_back(gap);
    values.push_back(v - 1);
    gap = 0;
  }
}

bool spread(const uint64_t* gaps, const uint64_t* values, size_t count, size_t n, size_t want, uint64_t* z) {
  std::fill_n(z, want, uint64_t{0});
  size_t at = 0;
  for (size_t i = 0; i < count; ++i, ++at) {
    if (gaps[i] >= n - at) return false;
    at += gaps[i];
    if (at >= want) return true;
    z[at] = values[i] + 1;
  }
  return true;
}

}  // namespace oreum::encoding::column
