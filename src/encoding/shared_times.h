// Decoded time columns that packs have in common.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"

namespace oreum::encoding {

/// A time column as it stands in a pack. The same times are always written as the same bytes.
struct EncodedTimes {
  std::string_view bytes;
  uint32_t count = 0;
  int64_t t_min = 0;
};

/// The packs of a host hold different series of the same times: each column is kept decoded once for all of them, as
/// long as one of them keeps it. Thread-safe.
class SharedTimes {
 public:
  using Column = std::shared_ptr<const int64_t[]>;  // EncodedTimes::count of them

  /// Null when nobody keeps it.
  Column find(const EncodedTimes& times) const;
  /// Copies both; `decoded` is what the column says. Returns what was there, if anything was.
  Column insert(const EncodedTimes& times, std::span<const int64_t> decoded);
  /// What the columns take in memory that somebody keeps.
  size_t bytes() const { return held_->load(std::memory_order_relaxed); }

 private:
  struct Entry;
  Column find_under_lock(const EncodedTimes& times, uint64_t hash) const REQUIRES(mu_);
  void forget_gone() REQUIRES(mu_);

  const std::shared_ptr<std::atomic<size_t>> held_ = std::make_shared<std::atomic<size_t>>(0);
  mutable Mutex mu_;
  std::unordered_multimap<uint64_t, std::weak_ptr<const Entry>> by_hash_ GUARDED_BY(mu_);
  size_t forget_at_ GUARDED_BY(mu_) = 64;
};

}  // namespace oreum::encoding
