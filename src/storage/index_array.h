// Growing arrays for one writer and readers without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>

#include "storage/index_reclaim.h"

namespace oreum::storage {

/// Items behind a header, in one allocation. Items below `size` never change while a reader may look (except by
/// std::atomic_ref); the writer publishes a new one by storing the size, or a block twice as large by its pointer.
template <typename T>
struct SharedBlock {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
  std::atomic<uint32_t> size{0};
  uint32_t capacity = 0;

  T* items() { return reinterpret_cast<T*>(this + 1); }
  // T may be a pointer; it is the pointers that are kept.
  static constexpr size_t kItemBytes = sizeof(T);  // NOLINT(bugprone-sizeof-expression)
  static size_t bytes(uint32_t capacity) { return sizeof(SharedBlock) + capacity * kItemBytes; }

  static SharedBlock* make(uint32_t capacity) {
    void* memory = std::malloc(bytes(capacity));
    if (memory == nullptr) throw std::bad_alloc();
    auto* block = new (memory) SharedBlock;
    block->capacity = capacity;
    return block;
  }
  /// A copy of `from` with room for more.
  static SharedBlock* grown(SharedBlock& from) {
    const uint32_t size = from.size.load(std::memory_order_relaxed);
    SharedBlock* block = make(size < 16 ? 2 * size : size + size / 2);
    std::memcpy(block->items(), from.items(), size * kItemBytes);
    block->size.store(size, std::memory_order_relaxed);
    return block;
  }
  void push_back(T item) {
    const uint32_t at = size.load(std::memory_order_relaxed);
    items()[at] = item;
    size.store(at + 1, std::memory_order_release);
  }
  bool full() const { return size.load(std::memory_order_relaxed) == capacity; }
  static void free(void* block) { std::free(block); }
};

template <typename T>
class SharedArray {
 public:
  SharedArray() = default;
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  ~SharedArray() { Block::free(block_.load(std::memory_order_relaxed)); }

  /// The items so far; good as long as the reader's pin, or until the writer's next change.
  std::span<T> view() const {
    Block* block = block_.load(std::memory_order_acquire);
    if (block == nullptr) return {};
    return {block->items(), block->size.load(std::memory_order_acquire)};
  }
  void push_back(T item, Reclaimer& reclaimer) {
    Block* block = block_.load(std::memory_order_relaxed);
    if (block == nullptr || block->full()) block = grow(block, reclaimer);
    block->push_back(item);
  }
  size_t bytes() const {
    Block* block = block_.load(std::memory_order_acquire);
    return block == nullptr ? 0 : Block::bytes(block->capacity);
  }

 private:
  using Block = SharedBlock<T>;
  Block* grow(Block* old, Reclaimer& reclaimer) {
    Block* block = old == nullptr ? Block::make(64) : Block::grown(*old);
    block_.store(block, std::memory_order_release);
    if (old != nullptr) reclaimer.retire(old, Block::free, Block::bytes(old->capacity));
    return block;
  }
  std::atomic<Block*> block_{nullptr};
};

}  // namespace oreum::storage
