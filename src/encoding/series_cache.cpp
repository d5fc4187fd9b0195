#include "encoding/series_cache.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <xxhash.h>

namespace oreum::encoding {

namespace {

constexpr size_t kFirstSlots = 64;
constexpr size_t kBlockBytes = size_t{32} << 10;

}  // namespace

SentHash hash_sent(std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {h.low64, h.high64};
}

const SeriesCache::Entry* SeriesCache::Generation::find(SentHash sent) const {
  if (slots.empty()) return nullptr;
  const size_t mask = slots.size() - 1;
  for (size_t at = sent.lo & mask; slots[at] != 0; at = (at + 1) & mask) {
    const Entry& entry = entries[slots[at] - 1];
    if (entry.sent == sent) return &entry;
  }
  return nullptr;
}

void SeriesCache::Generation::insert(const NewEntry& entry) {
  if (find(entry.sent) != nullptr) return;
  if (2 * (entries.size() + 1) > slots.size()) grow();
  const auto number = static_cast<uint32_t>(entries.size());
  entries.push_back({entry.sent, entry.id, store(entry.labels), number, number + 1});
  const size_t mask = slots.size() - 1;
  size_t at = entry.sent.lo & mask;
  while (slots[at] != 0) at = (at + 1) & mask;
  slots[at] = number + 1;
}

void SeriesCache::Generation::grow() {
  slots.assign(std::max(kFirstSlots, 2 * slots.size()), 0);
  const size_t mask = slots.size() - 1;
  for (const Entry& entry : entries) {
    size_t at = entry.sent.lo & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = entry.number + 1;
  }
}

/// Blocks are filled from their end; what is too long for one gets its own.
std::string_view SeriesCache::Generation::store(std::string_view labels) {
  if (labels.size() > kBlockBytes / 8) {
    auto own = std::make_unique_for_overwrite<char[]>(labels.size());
    std::memcpy(own.get(), labels.data(), labels.size());
    const std::string_view stored(own.get(), labels.size());
    blocks.insert(blocks.begin(), std::move(own));
    return stored;
  }
  if (labels.size() > block_left) {
    blocks.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    block_left = kBlockBytes;
  }
  block_left -= labels.size();
  char* at = blocks.back().get() + block_left;
  std::memcpy(at, labels.data(), labels.size());
  return {at, labels.size()};
}

SeriesCache::Lookup::Lookup(const SeriesCache& cache) NO_THREAD_SAFETY_ANALYSIS : lock_(cache.mu_),
                                                                                  current_(cache.current_) {}

const SeriesCache::Entry* SeriesCache::Lookup::find(SentHash sent) {
  const std::vector<Entry>& entries = current_->entries;
  if (last_ != nullptr) {
    // A guess only: several lookups may leave theirs here.
    const uint32_t next = std::atomic_ref(last_->next).load(std::memory_order_relaxed);
    if (next < entries.size() && entries[next].sent == sent) return last_ = &entries[next];
  }
  const Entry* found = current_->find(sent);
  if (found == nullptr) return nullptr;
  if (last_ != nullptr) std::atomic_ref(last_->next).store(found->number, std::memory_order_relaxed);
  return last_ = found;
}

void SeriesCache::insert(std::span<const NewEntry> entries) {
  if (entries.empty()) return;
  const WriteLock lock(mu_);
  if (current_->entries.size() >= most_ || Monotonic::now() - current_->born > age_) {
    current_ = std::make_shared<Generation>();
  }
  for (const NewEntry& entry : entries) current_->insert(entry);
}

size_t SeriesCache::size() const {
  const ReadLock lock(mu_);
  return current_->entries.size();
}

}  // namespace oreum::encoding
