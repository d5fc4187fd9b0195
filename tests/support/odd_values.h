// Values that break stores and codecs, beside ordinary ones.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace oreum::test {

/// As bits: the stale marker, other NaNs, infinities, zeros, denormals, edges of exact integers, decimals.
inline constexpr std::array<uint64_t, 20> kOddBits{
    0x7ff0000000000002,  // stale marker
    0x7ff8000000000001,  // quiet NaN with a payload
    0xfff8000000000000,
    0x7ff0000000000001,  // signalling NaN
    0x7ff0000000000000,  // +Inf
    0xfff0000000000000, 0x0000000000000000,
    0x8000000000000000,  // -0.0
    0x0000000000000001,  // the smallest denormal
    0x800fffffffffffff,
    0x7fefffffffffffff,  // the largest finite
    0x4340000000000000,  // 2^53
    0xc340000000000001,
    0x3ff0000000000000,  // 1
    0xbff0000000000000,
    0x4059000000000000,  // 100
    0x3fb999999999999a,  // 0.1
    0x3f847ae147ae147b,  // 0.01
    0x41d954fc40000000,  // a Unix time
    0x3fd5555555555555,  // a third
};

inline double odd_value(uint64_t pick) { return std::bit_cast<double>(kOddBits[pick % kOddBits.size()]); }

}  // namespace oreum::test
