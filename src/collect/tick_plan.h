// When a lane collects and with which time it stamps what it collected: pure arithmetic over the wall clock.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace oreum::collect {

/// Ticks fall on wall-clock multiples of the interval and are stamped with exactly that multiple, so that two machines
/// and two runs agree on the times.
///
/// People and NTP set clocks back. Collecting then goes on at once, and from then on every stamp is one millisecond
/// further off its multiple: the times lived through twice do not meet the samples that are stored there already.
///
/// Not thread-safe.
class TickPlan {
 public:
  struct Tick {
    TimestampMs t;
    uint64_t missed = 0;          // ticks that passed since the last one without being taken
    bool clock_set_back = false;  // since the last one
  };

  /// `last_stored`: the newest time stored by an earlier run, so that a clock set back between two runs is noticed.
  explicit TickPlan(milliseconds interval, std::optional<TimestampMs> last_stored = {});

  /// How long until the next tick; zero when it is due. Never longer than one interval.
  milliseconds wait(TimestampMs now);
  /// Takes the tick that is due at `now`, or the latest of them when more than one is.
  Tick take(TimestampMs now);

  milliseconds interval() const { return interval_; }
  /// How far the stamps are off their multiples.
  milliseconds phase() const { return phase_; }

 private:
  TimestampMs aligned(TimestampMs now) const;

  const milliseconds interval_;
  std::optional<TimestampMs> last_;  // aligned
  bool ticked_ = false;              // last_ is of this run
  std::optional<TimestampMs> due_;
  milliseconds phase_{0};
  milliseconds earlier_phase_{0};
};

}  // namespace oreum::collect
