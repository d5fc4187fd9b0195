// How doubles are read as integers and back, to the bit. Exporters print decimals that they computed in one of a few
// ways from an integer, and each way rounds differently in the last bit: the one that gives the same bits is taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace oreum::encoding::column {

/// What a double is of an integer k and an exponent e.
enum class Reading : uint8_t {
  kInteger = 0,      // k
  kQuotient = 1,     // k ÷ 10^e
  kProduct = 2,      // k × 10^−e, with 10^−e as a double
  kThousandths = 3,  // k ÷ 1000 ÷ 10^(e−3): microseconds as Go programs print them
  kBits = 4,         // the double whose bits are k
};
inline constexpr unsigned kMaxExponent = 15;

/// Whether a reading may have the exponent.
constexpr bool has_exponent(Reading reading, unsigned e) {
  switch (reading) {
    case Reading::kInteger:
    case Reading::kBits: return e == 0;
    case Reading::kQuotient:
    case Reading::kProduct: return e > 0 && e <= kMaxExponent;
    case Reading::kThousandths: return e > 3 && e <= kMaxExponent;
  }
  return false;
}

/// A column of doubles as integers. Used again and again, it allocates little.
struct Mantissas {
  Reading reading = Reading::kInteger;
  unsigned exponent = 0;
  std::vector<int64_t> k;
  std::vector<uint32_t> patches;  // places of values that the reading cannot give; k there is the one before

  /// Finds the reading that fits all or nearly all of the values (at least one).
  void read(std::span<const double> values);

 private:
  bool try_all(std::span<const double> values, Reading as, unsigned e, size_t most_patches);
  bool find_decimal(std::span<const double> values, size_t most_patches);
};

/// Writes the same double n times.
void fill(double value, size_t n, double* v);

/// Writes the doubles of integers to `v`.
void to_doubles(Reading reading, unsigned exponent, std::span<const uint64_t> k, double* v);

}  // namespace oreum::encoding::column
