// Series by id.
#pragma once

#include <cstdint>
#include <vector>

#include "model/labels.h"

namespace oreum::storage {

struct HeadSeries;

/// An open-addressing table: 16 bytes a slot instead of a node for each series, and half of the id beside the pointer,
/// so that it grows without touching a series. Not thread-safe.
class SeriesTable {
 public:
  HeadSeries* find(model::SeriesId id) const;
  /// Its id is not there yet.
  void insert(HeadSeries* series);
  void erase(const HeadSeries* series);
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    uint64_t lo = 0;
    HeadSeries* series = nullptr;
  };
  size_t home(uint64_t lo) const { return (lo * kSpread) >> shift_; }
  void place(Slot slot);
  void grow();

  // Ids come from outside: the high bits of a product by an odd number spread those that share their low bits.
  static constexpr uint64_t kSpread = 0x9E3779B97F4A7C15U;
  std::vector<Slot> slots_;
  unsigned shift_ = 64;
  size_t size_ = 0;
};

}  // namespace oreum::storage
