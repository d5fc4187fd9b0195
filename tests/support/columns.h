// Columns for tests of codecs: made from a seed, the same on every machine, in every style that a codec knows or hates.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "support/odd_values.h"

namespace oreum::test {

/// SplitMix64: a generator whose numbers are fixed for ever, as golden files need.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// A number below n.
  uint64_t below(uint64_t n) { return next() % n; }

 private:
  uint64_t state_;
};

struct ColumnStyle {
  const char* name;
  double (*value)(Random&, double before, uint64_t i);
};

inline double exact(int64_t k) { return static_cast<double>(k); }
inline double exact(uint64_t k) { return static_cast<double>(k); }

inline const std::vector<ColumnStyle>& column_styles() {
  static const std::vector<ColumnStyle> kStyles{
      {"constant", [](Random&, double, uint64_t) { return 33567186944.0; }},
      {"constant_decimal", [](Random&, double, uint64_t) { return 0.1; }},
      {"constant_third", [](Random&, double, uint64_t) { return 1.0 / 3.0; }},
      {"constant_stale", [](Random&, double, uint64_t) { return odd_value(0); }},
      {"minus_zero", [](Random&, double, uint64_t i) { return i % 7 == 3 ? -0.0 : 0.0; }},
      {"steady_counter", [](Random&, double, uint64_t i) { return exact(17 + 1000 * i); }},
      {"pages", [](Random& r, double, uint64_t) { return exact(4096 * (500000 + r.below(3000))); }},
      {"walk", [](Random& r, double v, uint64_t) { return v + exact(static_cast<int64_t>(r.below(2001)) - 1000); }},
      {"counter", [](Random& r, double v, uint64_t) { return v + exact(4000 + r.below(40)); }},
      {"ramp", [](Random& r, double, uint64_t i) { return exact(i * i * 50 + r.below(9)); }},
      {"resets", [](Random& r, double v, uint64_t i) { return i % 301 == 300 ? 0.0 : v + exact(r.below(500)); }},
      {"few_steps", [](Random& r, double v, uint64_t i) { return i % 131 == 130 ? v + exact(1 + r.below(9)) : v; }},
      {"some_steps", [](Random& r, double v, uint64_t) { return r.below(4) == 0 ? v + exact(1 + r.below(70)) : v; }},
      {"bits_01", [](Random& r, double, uint64_t) { return exact(r.below(2)); }},
      {"alternating", [](Random&, double, uint64_t i) { return i % 2 == 0 ? 1e9 : -3.0; }},
      {"cents", [](Random& r, double, uint64_t i) { return exact(1234 * i + r.below(100)) / 100.0; }},
      {"product", [](Random& r, double, uint64_t i) { return exact(77 * i + r.below(50)) * 1e-3; }},
      {"microseconds",
       [](Random& r, double, uint64_t i) { return exact(7031502 + 977 * i + r.below(90)) / 1e3 / 1e3; }},
      {"nanoseconds", [](Random& r, double, uint64_t) { return exact(30000 + r.below(20000)) / 1e9; }},
      {"seventeen_digits", [](Random& r, double, uint64_t) { return exact(r.next() >> 11) * 0x1p-53; }},
      {"clock", [](Random& r, double, uint64_t i) { return 1795429105.5 + exact(i) + exact(r.below(9000)) * 0x1p-22; }},
      {"edge_of_exact", [](Random& r, double, uint64_t) { return 0x1p53 - 4 + exact(r.below(9)); }},
      {"any_bits", [](Random& r, double, uint64_t) { return std::bit_cast<double>(r.next()); }},
      {"bit_flips", [](Random& r, double v,
                       uint64_t) { return std::bit_cast<double>(std::bit_cast<uint64_t>(v) ^ (1ULL << r.below(48))); }},
      {"odd", [](Random& r, double, uint64_t) { return odd_value(r.next()); }},
      {"stale_between", [](Random& r, double, uint64_t i) { return i % 97 == 5 ? odd_value(r.below(8)) : exact(i); }},
      {"denormals", [](Random& r, double, uint64_t) { return std::bit_cast<double>(r.below(1000)); }},
      {"infinite", [](Random& r, double, uint64_t) { return odd_value(4 + r.below(2)); }},
  };
  return kStyles;
}

inline std::vector<double> column_of(const ColumnStyle& style, size_t n, uint64_t seed) {
  Random random(seed);
  std::vector<double> v;
  double before = 1e6;
  for (uint64_t i = 0; i < n; ++i) v.push_back(before = style.value(random, before, i));
  return v;
}

struct TimeStyle {
  const char* name;
  int64_t first;
  uint64_t (*step)(Random&, uint64_t i);
};

inline const std::vector<TimeStyle>& time_styles() {
  static const std::vector<TimeStyle> kStyles{
      {"regular", 1'700'000'000'000, [](Random&, uint64_t) -> uint64_t { return 1000; }},
      {"jitter", 1'700'000'000'500, [](Random& r, uint64_t) -> uint64_t { return 999 + r.below(3); }},
      {"gaps", 1'700'000'000'000, [](Random& r, uint64_t) -> uint64_t { return r.below(50) == 0 ? 61000 : 1000; }},
      {"before_1970", -5'000'000, [](Random&, uint64_t i) -> uint64_t { return 1 + i % 3; }},
      {"wild", INT64_MIN, [](Random& r, uint64_t) -> uint64_t { return 1 + (r.next() >> (14 + r.below(49))); }},
      {"ends_of_int64", INT64_MIN, [](Random&, uint64_t i) -> uint64_t { return i == 1 ? UINT64_MAX - 10'000 : 1; }},
  };
  return kStyles;
}

inline std::vector<int64_t> times_of(const TimeStyle& style, size_t n, uint64_t seed) {
  Random random(seed);
  std::vector<int64_t> t{style.first};
  auto at = static_cast<uint64_t>(style.first);
  for (uint64_t i = 1; i < n; ++i) t.push_back(static_cast<int64_t>(at += style.step(random, i)));
  return t;
}

}  // namespace oreum::test
