// Gate: lets writers pass, except while a switch takes place.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/mutex.h"

namespace oreum::migrate {

/// Thread-safe. One thread at a time closes and opens it.
class Gate {
 public:
  /// Waits while it is closed; false when that took past the deadline. Each true needs a leave().
  bool enter(Deadline deadline) EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    while (closed_) {
      if (deadline.passed()) return false;
      changed_.wait_until(mu_, deadline.at());
    }
    ++inside_;
    return true;
  }
  void leave() EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    if (--inside_ == 0) changed_.notify_all();
  }
  /// From now on nobody enters. True when those inside have left by the deadline; else it is open again.
  bool close(Deadline deadline) EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    closed_ = true;
    while (inside_ > 0) {
      if (deadline.passed()) {
        closed_ = false;
        changed_.notify_all();
        return false;
      }
      changed_.wait_until(mu_, deadline.at());
    }
    return true;
  }
  void open() EXCLUDES(mu_) {
    const MutexLock lock(mu_);
    closed_ = false;
    changed_.notify_all();
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool closed_ GUARDED_BY(mu_) = false;
  uint64_t inside_ GUARDED_BY(mu_) = 0;
};

}  // namespace oreum::migrate
