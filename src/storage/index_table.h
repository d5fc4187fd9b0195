// A hash table from text to entries, for one writer and readers without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

#include "storage/index_reclaim.h"

namespace oreum::storage {

/// Pointers to entries, which have text() and hash; the table owns none. Entries are added, never removed.
template <typename Entry>
class TextTable {
 public:
  TextTable() = default;
  TextTable(const TextTable&) = delete;
  TextTable& operator=(const TextTable&) = delete;
  ~TextTable() { std::free(slots_.load(std::memory_order_relaxed)); }

  uint32_t size() const { return size_.load(std::memory_order_relaxed); }

  Entry* find(std::string_view text, uint32_t hash) const {
    Slots* slots = slots_.load(std::memory_order_acquire);
    if (slots == nullptr) return nullptr;
    for (uint32_t at = hash & slots->mask;; at = (at + 1) & slots->mask) {
      Entry* entry = slots->at(at).load(std::memory_order_acquire);
      if (entry == nullptr || (entry->hash == hash && entry->text() == text)) return entry;
    }
  }
  /// No entry of this text is there.
  void insert(Entry* entry, Reclaimer& reclaimer) {
    Slots* slots = slots_.load(std::memory_order_relaxed);
    const uint32_t size = size_.load(std::memory_order_relaxed);
    if (slots == nullptr || 4 * (uint64_t{size} + 1) > 3 * (uint64_t{slots->mask} + 1)) slots = grow(slots, reclaimer);
    put(*slots, entry);
    size_.store(size + 1, std::memory_order_relaxed);
  }
  /// Calls f(Entry&) for each, in no particular order, until it answers false.
  template <typename F>
  void for_each_while(F&& f) const {
    Slots* slots = slots_.load(std::memory_order_acquire);
    if (slots == nullptr) return;
    for (uint64_t at = 0; at <= slots->mask; ++at) {
      Entry* entry = slots->at(at).load(std::memory_order_acquire);
      if (entry != nullptr && !f(*entry)) return;
    }
  }
  template <typename F>
  void for_each(F&& f) const {
    for_each_while([&](Entry& entry) {
      f(entry);
      return true;
    });
  }
  size_t bytes() const {
    Slots* slots = slots_.load(std::memory_order_acquire);
    return slots == nullptr ? 0 : Slots::bytes(slots->mask);
  }

 private:
  using Slot = std::atomic<Entry*>;
  struct alignas(8) Slots {
    uint32_t mask;
    Slot& at(uint64_t i) { return reinterpret_cast<Slot*>(this + 1)[i]; }
    static size_t bytes(uint32_t mask) { return sizeof(Slots) + (uint64_t{mask} + 1) * sizeof(Slot); }
    static Slots* make(uint32_t mask) {
      void* memory = std::calloc(1, bytes(mask));  // all null
      if (memory == nullptr) throw std::bad_alloc();
      return new (memory) Slots{mask};
    }
  };
  static void put(Slots& slots, Entry* entry) {
    uint32_t at = entry->hash & slots.mask;
    while (slots.at(at).load(std::memory_order_relaxed) != nullptr) at = (at + 1) & slots.mask;
    slots.at(at).store(entry, std::memory_order_release);
  }
  Slots* grow(Slots* old, Reclaimer& reclaimer) {
    Slots* slots = Slots::make(old == nullptr ? 1 : 2 * old->mask + 1);
    for (uint64_t at = 0; old != nullptr && at <= old->mask; ++at) {
      if (Entry* entry = old->at(at).load(std::memory_order_relaxed)) put(*slots, entry);
    }
    slots_.store(slots, std::memory_order_release);
    if (old != nullptr) reclaimer.retire(old, std::free, Slots::bytes(old->mask));
    return slots;
  }

  std::atomic<Slots*> slots_{nullptr};
  std::atomic<uint32_t> size_{0};
};

}  // namespace oreum::storage
