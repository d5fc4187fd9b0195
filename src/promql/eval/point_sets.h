// Sets of a grid's points, a bit a point.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "promql/eval/grid.h"

namespace oreum::promql {

/// One set: its words.
using Points = std::span<uint64_t>;
using ConstPoints = std::span<const uint64_t>;

inline constexpr size_t kWordBits = 64;
inline size_t words_of(size_t points) { return (points + kWordBits - 1) / kWordBits; }

inline bool has_point(ConstPoints set, size_t i) { return (set[i / kWordBits] >> (i % kWordBits) & 1) != 0; }

/// Adds the points where a column has a value.
inline void add_present(const Column& values, Points to) {
  for (size_t word = 0; word < to.size(); ++word) {
    const size_t first = word * kWordBits;
    const size_t last = std::min(values.size(), first + kWordBits);
    uint64_t bits = 0;
    for (size_t i = first; i < last; ++i) bits |= uint64_t{!is_absent(values[i])} << (i - first);
    to[word] |= bits;
  }
}

/// Removes the points where a column has none.
inline void keep_present(const Column& values, Points in) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (is_absent(values[i])) in[i / kWordBits] &= ~(uint64_t{1} << (i % kWordBits));
  }
}

/// The first point that is in both sets.
inline std::optional<size_t> first_common(ConstPoints a, ConstPoints b) {
  for (size_t word = 0; word < a.size(); ++word) {
    const uint64_t both = a[word] & b[word];
    if (both != 0) return word * kWordBits + static_cast<size_t>(std::countr_zero(both));
  }
  return std::nullopt;
}

inline bool any_point(ConstPoints set) { return first_common(set, set).has_value(); }

inline void add_points(ConstPoints from, Points to) {
  for (size_t word = 0; word < to.size(); ++word) to[word] |= from[word];
}

/// Makes absent what is in the set (`in`), or what is not.
inline void clear_points(ConstPoints set, bool in, Column& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (has_point(set, i) == in) values[i] = absent();
  }
}

/// Many sets over one grid, numbered, in one piece of memory. Growing moves them.
class PointSets {
 public:
  explicit PointSets(size_t points) : width_(words_of(points)) {}
  /// So many sets, the new ones empty.
  void grow(size_t count) {
    if (count * width_ > words_.size()) words_.resize(count * width_);
  }
  Points operator[](size_t i) { return {words_.data() + i * width_, width_}; }
  ConstPoints operator[](size_t i) const { return {words_.data() + i * width_, width_}; }

 private:
  size_t width_;
  std::vector<uint64_t> words_;
};

}  // namespace oreum::promql
