// Where an import puts its samples: a store in this process, or a running Oreum.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "model/sample.h"
#include "storage/store.h"

namespace oreum::transfer {

/// What became of a batch; the counts add up to its size.
struct Written {
  uint64_t added = 0;
  uint64_t duplicates = 0;
  uint64_t conflicts = 0;
  uint64_t too_old = 0;
  uint64_t over_limit = 0;
  std::string refusal;  // the first of what was refused and why, for a person
};

class Target {
 public:
  virtual ~Target() = default;
  /// Returns when the batch is safe from a power loss. Sending a batch again is a no-op, so that after an error the
  /// whole import may be repeated.
  virtual Result<Written> write(const model::Batch& batch) = 0;
};

/// The store outlives it.
std::unique_ptr<Target> make_store_target(storage::Store& store);

/// By remote write to `url` (http://host:port). A server that is busy or away for a moment is asked again, for about a
/// minute; `wait` is how (a test waits less): it is given the number of the try, and answers false to give up.
std::unique_ptr<Target> make_server_target(std::string url, std::function<bool(int)> wait);

}  // namespace oreum::transfer
