// Packs that were read lately, for all queries together.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "encoding/pack.h"
#include "encoding/shared_times.h"

namespace oreum::storage {

/// Holds at most so many bytes, with the times of these packs. Of two packs picked at random it lets go of the one used
/// longer ago: queries go over the same packs in the same order, and when these do not all fit, the one used longest
/// ago is the one wanted next. Thread-safe.
class PackCache {
 public:
  explicit PackCache(size_t bytes) : limit_(bytes) {}
  /// Null when it is not here.
  std::shared_ptr<const encoding::Pack> find(int64_t id);
  void insert(int64_t id, std::shared_ptr<const encoding::Pack> pack);
  void erase(int64_t id);
  /// What packs that come here keep their times in.
  const std::shared_ptr<encoding::SharedTimes>& times() const { return times_; }

 private:
  struct Entry {
    int64_t id;
    std::shared_ptr<const encoding::Pack> pack;
    size_t bytes;
    uint64_t used;  // rises with each use
  };

  size_t older_of_two() REQUIRES(mu_);
  void remove(size_t at) REQUIRES(mu_);

  const size_t limit_;
  const std::shared_ptr<encoding::SharedTimes> times_ = std::make_shared<encoding::SharedTimes>();
  Mutex mu_;
  std::vector<Entry> entries_ GUARDED_BY(mu_);  // in any order
  std::unordered_map<int64_t, size_t> places_ GUARDED_BY(mu_);
  size_t bytes_ GUARDED_BY(mu_) = 0;
  uint64_t uses_ GUARDED_BY(mu_) = 0;
  std::minstd_rand random_ GUARDED_BY(mu_);
};

}  // namespace oreum::storage
