// Integers back to doubles: the last step of every decoding, in loops that compilers vectorise.
#include <bit>
#include <cstring>

#include "encoding/column/clones.h"
#include "encoding/column/powers.h"
#include "encoding/column/reading.h"

namespace oreum::encoding::column {

namespace {

/// k to double without an instruction that SSE2 lacks: right for −2^51 ≤ k < 2^51.
inline double small_to_double(uint64_t k) {
  constexpr uint64_t kMagic = 0x4338000000000000;  // 1.5 · 2^52
  return std::bit_cast<double>(k + kMagic) - std::bit_cast<double>(kMagic);
}

template <typename Op>
void each(std::span<const uint64_t> k, bool small, double* v, Op op) {
  const size_t n = k.size();
  const uint64_t* from = k.data();
  if (small) {
    for (size_t i = 0; i < n; ++i) v[i] = op(small_to_double(from[i]));
  } else {
    for (size_t i = 0; i < n; ++i) v[i] = op(static_cast<double>(static_cast<int64_t>(from[i])));
  }
}

/// Whether small_to_double is right for all of them.
bool all_small(std::span<const uint64_t> k) {
  uint64_t high = 0;
  for (const uint64_t v : k) high |= v + (1ULL << 51);
  return high >> 52 == 0;
}

}  // namespace

OREUM_WIDE void fill(double value, size_t n, double* v) {
  for (size_t i = 0; i < n; ++i) v[i] = value;
}

OREUM_WIDE void to_doubles(Reading reading, unsigned exponent, std::span<const uint64_t> k, double* v) {
  if (reading == Reading::kBits) {
    std::memcpy(v, k.data(), k.size_bytes());
    return;
  }
  const bool small = all_small(k);
  const double power = kPower[exponent];
  switch (reading) {
    case Reading::kQuotient: each(k, small, v, [power](double d) { return d / power; }); break;
    case Reading::kProduct: each(k, small, v, [inverse = kInverse[exponent]](double d) { return d * inverse; }); break;
    case Reading::kThousandths:
      each(k, small, v, [rest = kPower[exponent - 3]](double d) { return d / 1000.0 / rest; });
      break;
    default: each(k, small, v, [](double d) { return d; }); break;
  }
}

}  // namespace oreum::encoding::column
