#include "storage/pack_cache.h"

namespace oreum::storage {

std::shared_ptr<const encoding::Pack> PackCache::find(int64_t id) {
  const MutexLock lock(mu_);
  const auto it = places_.find(id);
  if (it == places_.end()) return nullptr;
  Entry& entry = entries_[it->second];
  entry.used = ++uses_;
  return entry.pack;
}

void PackCache::insert(int64_t id, std::shared_ptr<const encoding::Pack> pack) {
  const size_t bytes = pack->memory();
  const MutexLock lock(mu_);
  if (places_.contains(id)) return;
  while (!entries_.empty() && bytes_ + times_->bytes() + bytes > limit_) remove(older_of_two());
  places_.emplace(id, entries_.size());
  entries_.push_back({id, std::move(pack), bytes, ++uses_});
  bytes_ += bytes;
}

void PackCache::erase(int64_t id) {
  const MutexLock lock(mu_);
  const auto it = places_.find(id);
  if (it != places_.end()) remove(it->second);
}

size_t PackCache::older_of_two() {
  const size_t a = random_() % entries_.size();
  const size_t b = random_() % entries_.size();
  return entries_[a].used < entries_[b].used ? a : b;
}

void PackCache::remove(size_t at) {
  bytes_ -= entries_[at].bytes;
  places_.erase(entries_[at].id);
  if (at + 1 < entries_.size()) {
    entries_[at] = std::move(entries_.back());
    places_[entries_[at].id] = at;
  }
  entries_.pop_back();
}

}  // namespace oreum::storage
