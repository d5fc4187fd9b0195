// How long this thread may wait for a server, whatever it calls.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace oreum {

/// While one lives, no answer of a server is waited for beyond the deadline by the thread that made it: what is not
/// answered by then counts as away.
class WaitLimit {
 public:
  explicit WaitLimit(Deadline deadline) : before_(at_) { at_ = std::min(at_, deadline.at()); }
  ~WaitLimit() { at_ = before_; }
  WaitLimit(const WaitLimit&) = delete;
  WaitLimit& operator=(const WaitLimit&) = delete;
  /// The earlier one of both.
  static Monotonic::time_point apply(Monotonic::time_point until) { return std::min(until, at_); }

 private:
  static inline thread_local Monotonic::time_point at_ = Monotonic::time_point::max();
  const Monotonic::time_point before_;
};

}  // namespace oreum
