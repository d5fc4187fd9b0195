// Scheduler: runs the collectors of the table on time and publishes what they said.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/result.h"
#include "collect/collector.h"
#include "collect/reading.h"
#include "collect/table.h"

namespace oreum::collect {

struct SchedulerOptions {
  Context context;  // context.clock must be set and outlive the scheduler
  milliseconds interval{1000};
  milliseconds slow_interval{5000};
  std::string job = "node";
  std::string instance;                         // the host's name
  std::set<std::string, std::less<>> disabled;  // collectors that are not run
  std::optional<TimestampMs> last_stored;       // newest time an earlier run stored under this instance, if known
  std::span<const CollectorSpec> table = all_collectors();  // must outlive the scheduler
};

/// The readings that one tick made.
using FreshReadings = std::span<const std::shared_ptr<const Reading>>;

/// Called after each fast tick, on that lane's thread, with the readings of a slow tick before it, if there was one;
/// and at the end with what is left. Never twice at a time. What it borrows from the readings is good for as long as it
/// keeps them.
using OnTick = std::function<void(const Snapshot& latest, FreshReadings fresh)>;

/// Two lanes, a thread each: fast collectors at every interval, slow ones at every slow interval, on wall-clock
/// multiples of it (TickPlan). A collector that hangs holds up the slow lane at most.
///
/// At the start each lane collects once right away, so that latest() has something to show; these readings belong to
/// no tick and are not handed to on_tick.
///
/// latest() is thread-safe; everything else belongs to the owner's thread.
class Scheduler {
 public:
  /// kInvalidArgument: a disabled collector does not exist, or an interval is not positive.
  static Result<std::unique_ptr<Scheduler>> make(SchedulerOptions options, OnTick on_tick = {});
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start();
  /// Returns when both lanes have ended: at once, or after the collector or callback that is running now.
  void stop();

  /// The latest reading of every collector that has run. Never null.
  std::shared_ptr<const Snapshot> latest() const;

  /// Runs every collector once on the caller's thread, without on_tick. Not while started.
  std::shared_ptr<const Snapshot> collect_once();

  /// Takes a lane's tick that is due by the clock, as its thread does. Not while started.
  void tick(Lane lane);

 private:
  class Impl;
  explicit Scheduler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oreum::collect
