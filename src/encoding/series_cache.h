// What senders' label sets, byte for byte as they write them, mean: so that labels are parsed, checked and sorted once
// for a series and not once for a sample.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "model/labels.h"

namespace oreum::encoding {

/// 128-bit XXH3 of a label set as sent. As with SeriesId, two that are equal are taken for the same bytes.
struct SentHash {
  uint64_t lo = 0;
  uint64_t hi = 0;
  bool operator==(const SentHash&) const = default;
};

SentHash hash_sent(std::string_view bytes);

/// Thread-safe. Forgets all it knows when it is full or an hour old, so that series that are sent no more take no
/// memory; learning the others again costs a millisecond for some thousand.
class SeriesCache {
 public:
  struct Entry {
    SentHash sent;
    model::SeriesId id;
    std::string_view labels;  // canonical; lives as long as the generation
    uint32_t number = 0;      // of its place in the generation: 0, 1, 2 …
    mutable uint32_t next;    // the one that was met after it the last time: the guess for the next time
  };
  struct NewEntry {
    SentHash sent;
    model::SeriesId id;
    std::string_view labels;  // borrowed for the call only
  };

  explicit SeriesCache(size_t most = 1'000'000, milliseconds age = std::chrono::hours(1)) : most_(most), age_(age) {}

 private:
  /// Open addressing over entries, and the bytes of their labels.
  struct Generation {
    std::vector<Entry> entries;
    std::vector<uint32_t> slots;  // number + 1; 0: free; twice as many as entries, a power of two
    std::vector<std::unique_ptr<char[]>> blocks;
    size_t block_left = 0;
    Monotonic::time_point born = Monotonic::now();

    const Entry* find(SentHash sent) const;
    void insert(const NewEntry& entry);
    std::string_view store(std::string_view labels);
    void grow();
  };

 public:
  /// A look at the cache while one request is read; others may look at the same time, nobody changes it.
  class Lookup {
   public:
    explicit Lookup(const SeriesCache& cache);
    /// Null when the bytes are not known. Cheap when series come in the order of the request before.
    const Entry* find(SentHash sent);
    /// Keeps the labels of what was found alive.
    std::shared_ptr<const void> lender() const { return current_; }

   private:
    const ReadLock lock_;
    const std::shared_ptr<const Generation> current_;
    const Entry* last_ = nullptr;
  };

  /// Remembers them; those that are known are left as they are.
  void insert(std::span<const NewEntry> entries);
  size_t size() const;

 private:
  const size_t most_;
  const milliseconds age_;
  mutable SharedMutex mu_;
  std::shared_ptr<Generation> current_ GUARDED_BY(mu_) = std::make_shared<Generation>();
};

}  // namespace oreum::encoding
