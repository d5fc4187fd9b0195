// How fast a counter rises between two readings of one collector.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace oreum::collect {

/// Not thread-safe.
class Rate {
 public:
  /// Units a second since the last call. None at the first call, when no time has passed, and after a counter went
  /// back (a device was replaced, a counter reset): the next call has one again.
  std::optional<double> per_second(uint64_t counter, Monotonic::time_point at) {
    std::optional<double> rate;
    if (known_ && at > at_ && counter >= counter_) {
      rate = static_cast<double>(counter - counter_) / std::chrono::duration<double>(at - at_).count();
    }
    counter_ = counter;
    at_ = at;
    known_ = true;
    return rate;
  }

 private:
  uint64_t counter_ = 0;
  Monotonic::time_point at_;
  bool known_ = false;
};

}  // namespace oreum::collect
