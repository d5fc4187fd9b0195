#include "storage/pack_cache.h"

namespace oreum::storage {

std::shared_ptr<const encoding::Pack> PackCache::find(int64_t id) {
  const MutexLock lock(mu_);
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, it->second);
  return it->second->pack;
}

void PackCache::insert(int64_t id, std::shared_ptr<const encoding::Pack> pack, size_t bytes) {
  const MutexLock lock(mu_);
  if (by_id_.contains(id)) return;
  by_use_.push_front({id, std::move(pack), bytes});
  by_id_.emplace(id, by_use_.begin());
  bytes_ += bytes;
  while (bytes_ > limit_ && by_use_.size() > 1) {
    bytes_ -= by_use_.back().bytes;
    by_id_.erase(by_use_.back().id);
    by_use_.pop_back();
  }
}

void PackCache::erase(int64_t id) {
  const MutexLock lock(mu_);
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  bytes_ -= it->second->bytes;
  by_use_.erase(it->second);
  by_id_.erase(it);
}

}  // namespace oreum::storage
