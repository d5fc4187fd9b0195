#include "encoding/shared_times.h"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <vector>

namespace oreum::encoding {

struct SharedTimes::Entry {
  Entry(const EncodedTimes& times, std::span<const int64_t> decoded, std::shared_ptr<std::atomic<size_t>> counter)
      : encoded(times.bytes), t_min(times.t_min), t(decoded.begin(), decoded.end()), held(std::move(counter)) {
    held->fetch_add(size(), std::memory_order_relaxed);
  }
  ~Entry() { held->fetch_sub(size(), std::memory_order_relaxed); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  size_t size() const { return encoded.size() + t.size() * sizeof(int64_t); }
  bool is(const EncodedTimes& times) const {
    return t.size() == times.count && t_min == times.t_min && encoded == times.bytes;
  }

  const std::string encoded;
  const int64_t t_min;
  const std::vector<int64_t> t;
  const std::shared_ptr<std::atomic<size_t>> held;
};

namespace {

uint64_t hash_of(const EncodedTimes& times) {
  return XXH3_64bits_withSeed(times.bytes.data(), times.bytes.size(), static_cast<uint64_t>(times.t_min));
}

}  // namespace

SharedTimes::Column SharedTimes::find(const EncodedTimes& times) const {
  const uint64_t hash = hash_of(times);
  const MutexLock lock(mu_);
  return find_under_lock(times, hash);
}

SharedTimes::Column SharedTimes::insert(const EncodedTimes& times, std::span<const int64_t> decoded) {
  const uint64_t hash = hash_of(times);
  const auto entry = std::make_shared<const Entry>(times, decoded, held_);
  const MutexLock lock(mu_);
  if (Column there = find_under_lock(times, hash)) return there;
  if (by_hash_.size() >= forget_at_) forget_gone();
  by_hash_.emplace(hash, entry);
  return {entry, entry->t.data()};
}

SharedTimes::Column SharedTimes::find_under_lock(const EncodedTimes& times, uint64_t hash) const {
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const auto entry = it->second.lock();
    if (entry && entry->is(times)) return {entry, entry->t.data()};
  }
  return nullptr;
}

/// Not at each one that goes, but when half may be gone.
void SharedTimes::forget_gone() {
  std::erase_if(by_hash_, [](const auto& entry) { return entry.second.expired(); });
  forget_at_ = std::max<size_t>(64, by_hash_.size() * 2);
}

}  // namespace oreum::encoding
