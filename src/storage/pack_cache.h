// Packs that were read lately, for all queries together.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/mutex.h"
#include "encoding/pack.h"

namespace oreum::storage {

/// Holds at most so many bytes, and lets go of what was used longest ago. Thread-safe.
class PackCache {
 public:
  explicit PackCache(size_t bytes) : limit_(bytes) {}
  /// Null when it is not here.
  std::shared_ptr<const encoding::Pack> find(int64_t id);
  void insert(int64_t id, std::shared_ptr<const encoding::Pack> pack, size_t bytes);
  void erase(int64_t id);

 private:
  struct Entry {
    int64_t id;
    std::shared_ptr<const encoding::Pack> pack;
    size_t bytes;
  };
  const size_t limit_;
  Mutex mu_;
  std::list<Entry> by_use_ GUARDED_BY(mu_);  // the latest first
  std::unordered_map<int64_t, std::list<Entry>::iterator> by_id_ GUARDED_BY(mu_);
  size_t bytes_ GUARDED_BY(mu_) = 0;
};

}  // namespace oreum::storage
