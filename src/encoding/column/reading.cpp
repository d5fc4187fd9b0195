#include "encoding/column/reading.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "encoding/column/powers.h"

namespace oreum::encoding::column {

namespace {

constexpr double kMaxExact = 9007199254740992.0;  // 2^53: all integers up to it are doubles

bool same_bits(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

/// The integer of a value; false when it would not give the value back.
template <Reading kReading>
bool mantissa_of(double v, unsigned e, int64_t& k) {
  const double scaled = kReading == Reading::kInteger ? v : v * kPower[e];
  if (!(scaled >= -kMaxExact && scaled <= kMaxExact)) return false;
  k = kReading == Reading::kInteger ? static_cast<int64_t>(scaled) : std::llrint(scaled);
  const auto d = static_cast<double>(k);
  if constexpr (kReading == Reading::kInteger) return same_bits(d, v);
  if constexpr (kReading == Reading::kQuotient) return same_bits(d / kPower[e], v);
  if constexpr (kReading == Reading::kProduct) return same_bits(d * kInverse[e], v);
  return same_bits(d / 1000.0 / kPower[e - 3], v);
}

/// Calls `use` with mantissa_of for the reading, so that loops around it are made for each.
template <typename Use>
bool with_reading(Reading reading, Use use) {
  switch (reading) {
    case Reading::kInteger: return use(mantissa_of<Reading::kInteger>);
    case Reading::kQuotient: return use(mantissa_of<Reading::kQuotient>);
    case Reading::kProduct: return use(mantissa_of<Reading::kProduct>);
    default: return use(mantissa_of<Reading::kThousandths>);
  }
}

/// Values from all over the column that decimals could be; what never is one tells nothing.
std::vector<double> some_of(std::span<const double> values) {
  constexpr size_t kWanted = 24;
  std::vector<double> some;
  const size_t step = std::max<size_t>(1, values.size() / kWanted);
  for (size_t i = 0; i < values.size(); i += step) {
    if (std::isfinite(values[i]) && values[i] != 0) some.push_back(values[i]);
  }
  return some;
}

}  // namespace

bool Mantissas::try_all(std::span<const double> values, Reading as, unsigned e, size_t most_patches) {
  reading = as;
  exponent = e;
  patches.clear();
  k.resize(values.size());
  const bool fits = with_reading(as, [&](auto mantissa) {
    int64_t last = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      int64_t here = 0;
      if (mantissa(values[i], e, here)) [[likely]] {
        last = here;
      } else {
        if (patches.size() == most_patches) return false;
        patches.push_back(static_cast<uint32_t>(i));
      }
      k[i] = last;
    }
    return true;
  });
  if (!fits) return false;
  // Patched values at the start have no mantissa before them: they take the first.
  size_t first = 0;
  while (first < patches.size() && patches[first] == first) ++first;
  if (first < k.size()) std::fill_n(k.begin(), first, k[first]);
  return true;
}

bool Mantissas::find_decimal(std::span<const double> values, size_t most_patches) {
  const std::vector<double> some = some_of(values);
  if (some.empty()) return false;
  size_t least = some.size() / 8 + 1;  // misses
  Reading best = Reading::kInteger;
  unsigned best_e = 0;
  for (unsigned e = 1; e <= kMaxExponent; ++e) {
    for (const Reading as : {Reading::kQuotient, Reading::kProduct, Reading::kThousandths}) {
      if (!has_exponent(as, e)) continue;
      size_t misses = 0;
      with_reading(as, [&](auto mantissa) {
        int64_t unused = 0;
        for (size_t i = 0; i < some.size() && misses < least; ++i) misses += mantissa(some[i], e, unused) ? 0 : 1;
        return true;
      });
      if (misses >= least) continue;
      if (misses == 0 && try_all(values, as, e, 0)) return true;
      best = as;
      best_e = e;
      least = std::max<size_t>(1, misses);
    }
  }
  return best_e > 0 && try_all(values, best, best_e, most_patches);
}

void Mantissas::read(std::span<const double> values) {
  const size_t most_patches = values.size() / 16 + 1;
  if (try_all(values, Reading::kInteger, 0, most_patches)) {
    // A column of few values may be short as either: no patches are better.
    if (patches.empty() || patches.size() * 64 <= values.size()) return;
    if (!find_decimal(values, patches.size() - 1)) try_all(values, Reading::kInteger, 0, most_patches);
    return;
  }
  if (find_decimal(values, most_patches)) return;
  reading = Reading::kBits;
  exponent = 0;
  patches.clear();
  k.resize(values.size());
  std::memcpy(k.data(), values.data(), values.size_bytes());
}

}  // namespace oreum::encoding::column
