// Where time comes from. Code that needs the time takes a Clock&, so that tests set it.
#pragma once

#include <atomic>
#include <chrono>

#include "base/time.h"

namespace oreum {

using Monotonic = std::chrono::steady_clock;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimestampMs now() const = 0;                  // wall clock; may be set back by people
  virtual Monotonic::time_point monotonic() const = 0;  // never goes back
};

class SystemClock final : public Clock {
 public:
  TimestampMs now() const override;
  Monotonic::time_point monotonic() const override { return Monotonic::now(); }
};

/// A clock that stands still until it is told. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimestampMs t) : ms_(t.ms) {}
  TimestampMs now() const override { return {ms_.load()}; }
  Monotonic::time_point monotonic() const override {
    return Monotonic::time_point(std::chrono::milliseconds(mono_ms_.load()));
  }
  void set(TimestampMs t) { ms_ = t.ms; }
  void advance(milliseconds d) {
    ms_ += d.count();
    mono_ms_ += d.count();
  }

 private:
  std::atomic<int64_t> ms_;
  std::atomic<int64_t> mono_ms_{0};
};

/// A point on the monotonic clock by which something must be done.
class Deadline {
 public:
  static Deadline in(std::chrono::nanoseconds d) { return Deadline(Monotonic::now() + d); }
  static Deadline never() { return Deadline(Monotonic::time_point::max()); }
  bool passed() const { return Monotonic::now() >= at_; }
  Monotonic::time_point at() const { return at_; }

 private:
  explicit Deadline(Monotonic::time_point at) : at_(at) {}
  Monotonic::time_point at_;
};

}  // namespace oreum
