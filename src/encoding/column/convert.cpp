// Integers back to doubles: the last step of every decoding, in loops that compilers vectorise.
#include <bit>
#include <cstring>

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

/// q becomes base + scale · q; answers whether all are small.
bool scale_up(uint64_t base, uint64_t scale, std::span<uint64_t> q) {
  constexpr uint64_t kBias = 1ULL << 51;
  uint64_t high = 0;
  if (scale == 1) {
    for (uint64_t& v : q) high |= (v += base) + kBias;
  } else if (scale != 0 && (scale & (scale - 1)) == 0) {
    const int shift = std::countr_zero(scale);
    for (uint64_t& v : q) high |= (v = (v << shift) + base) + kBias;
  } else {
    for (uint64_t& v : q) high |= (v = v * scale + base) + kBias;
  }
  return high >> 52 == 0;
}

}  // namespace

void fill(double value, size_t n, double* v) {
  for (size_t i = 0; i < n; ++i) v[i] = value;
}

void to_doubles(Reading reading, unsigned exponent, uint64_t base, uint64_t scale, std::span<uint64_t> q, double* v) {
  const bool small = scale_up(base, scale, q);
  const double power = kPower[exponent];
  switch (reading) {
    case Reading::kBits: std::memcpy(v, q.data(), q.size_bytes()); break;
    case Reading::kInteger: each(q, small, v, [](double k) { return k; }); break;
    case Reading::kQuotient: each(q, small, v, [power](double k) { return k / power; }); break;
    case Reading::kProduct: each(q, small, v, [inverse = kInverse[exponent]](double k) { return k * inverse; }); break;
    case Reading::kThousandths:
      each(q, small, v, [rest = kPower[exponent - 3]](double k) { return k / 1000.0 / rest; });
      break;
  }
}

}  // namespace oreum::encoding::column
