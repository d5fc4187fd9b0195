#include "storage/index_ids.h"

#include <bit>

#include "storage/head.h"

namespace oreum::storage {

namespace {
constexpr size_t kFewest = 64;
}

HeadSeries* SeriesTable::find(model::SeriesId id) const {
  if (slots_.empty()) return nullptr;
  const size_t mask = slots_.size() - 1;
  for (size_t at = home(id.lo); slots_[at].series != nullptr; at = (at + 1) & mask) {
    if (slots_[at].lo == id.lo && slots_[at].series->series->id == id) return slots_[at].series;
  }
  return nullptr;
}

void SeriesTable::insert(HeadSeries* series) {
  // Four fifths full at most.
  if (5 * (size_ + 1) > 4 * slots_.size()) grow();
  place({series->series->id.lo, series});
  ++size_;
}

void SeriesTable::erase(const HeadSeries* series) {
  const size_t mask = slots_.size() - 1;
  size_t at = home(series->series->id.lo);
  while (slots_[at].series != series) at = (at + 1) & mask;
  // Those behind move up where the hole would end their search early: no tombstones.
  for (size_t next = (at + 1) & mask; slots_[next].series != nullptr; next = (next + 1) & mask) {
    const size_t from_home = (next - home(slots_[next].lo)) & mask;
    const size_t from_hole = (next - at) & mask;
    if (from_home < from_hole) continue;
    slots_[at] = slots_[next];
    at = next;
  }
  slots_[at] = {};
  --size_;
}

void SeriesTable::place(Slot slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = home(slot.lo);
  while (slots_[at].series != nullptr) at = (at + 1) & mask;
  slots_[at] = slot;
}

void SeriesTable::grow() {
  std::vector<Slot> old(slots_.empty() ? kFewest : 2 * slots_.size());
  old.swap(slots_);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
  for (const Slot& slot : old) {
    if (slot.series != nullptr) place(slot);
  }
}

}  // namespace oreum::storage
