// Posting lists: which series carry one label value.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "storage/index_array.h"

namespace oreum::storage {

/// Ordinals of series, rising. One word: a list of one, which is what a value of its own for each series has, lies
/// in the word itself. One writer, readers without locks.
class Postings {
 public:
  /// A list as it was at one moment.
  class View {
   public:
    View() = default;
    explicit View(uint64_t word) {
      if ((word & 1) != 0) {
        one_ = static_cast<uint32_t>(word >> 1);
        size_ = 1;
      } else if (word != 0) {
        auto* block = reinterpret_cast<Block*>(word);
        many_ = block->items();
        size_ = block->size.load(std::memory_order_acquire);
      }
    }
    const uint32_t* begin() const { return many_ != nullptr ? many_ : &one_; }
    const uint32_t* end() const { return begin() + size_; }
    uint32_t size() const { return size_; }

   private:
    uint32_t one_ = 0;
    uint32_t size_ = 0;
    const uint32_t* many_ = nullptr;
  };

  Postings() = default;
  Postings(const Postings&) = delete;
  Postings& operator=(const Postings&) = delete;
  ~Postings() {
    if (Block* block = many()) Block::free(block);
  }

  View view() const { return View(word_.load(std::memory_order_acquire)); }

  /// `ordinal` is above all that are there.
  void append(uint32_t ordinal, Reclaimer& reclaimer) {
    const uint64_t word = word_.load(std::memory_order_relaxed);
    if (word == 0) {
      word_.store(uint64_t{ordinal} << 1 | 1, std::memory_order_release);
      return;
    }
    Block* block = many();
    if (block != nullptr && !block->full()) return block->push_back(ordinal);
    Block* larger = block != nullptr ? Block::grown(*block) : Block::make(4);
    if (block == nullptr) larger->push_back(static_cast<uint32_t>(word >> 1));
    larger->push_back(ordinal);
    word_.store(reinterpret_cast<uint64_t>(larger), std::memory_order_release);
    if (block != nullptr) reclaimer.retire(block, Block::free, Block::bytes(block->capacity));
  }

 private:
  using Block = SharedBlock<uint32_t>;
  Block* many() const {
    const uint64_t word = word_.load(std::memory_order_relaxed);
    return (word & 1) != 0 ? nullptr : reinterpret_cast<Block*>(word);
  }
  std::atomic<uint64_t> word_{0};
};

}  // namespace oreum::storage
