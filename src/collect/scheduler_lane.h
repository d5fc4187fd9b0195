// One lane of the scheduler: its collectors, its thread, its counters.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "collect/collector_runner.h"
#include "collect/tick_plan.h"

namespace oreum::collect {

using CommonLabels = std::vector<std::pair<std::string, std::string>>;

/// Read by any thread.
struct LaneCounters {
  std::atomic<uint64_t> ticks{0};
  std::atomic<uint64_t> missed{0};
  std::atomic<uint64_t> overruns{0};
  std::atomic<uint64_t> clock_set_back{0};
};

/// Belongs to its thread, but for the counters.
struct LaneState {
  LaneState(Lane which, milliseconds interval, std::optional<TimestampMs> last_stored)
      : lane(which), plan(interval, last_stored) {}

  /// `place`: where its readings stand among all collectors'.
  void add(const CollectorSpec& spec, const Context& context, const CommonLabels& common, size_t place) {
    runners.push_back(std::make_unique<CollectorRunner>(spec, context, common));
    places.push_back(place);
  }

  void count(const TickPlan::Tick& tick) {
    counters.ticks.fetch_add(1);
    counters.missed.fetch_add(tick.missed);
    if (!tick.clock_set_back) return;
    counters.clock_set_back.fetch_add(1);
    log::warn("the clock was set back: {} collectors go on at {}, {} ms off the full interval", name(),
              format_rfc3339(tick.t), plan.phase().count());
  }

  std::string_view name() const { return lane == Lane::kFast ? "fast" : "slow"; }

  const Lane lane;
  TickPlan plan;
  std::vector<std::unique_ptr<CollectorRunner>> runners;
  std::vector<size_t> places;                         // beside runners
  std::vector<std::shared_ptr<const Reading>> fresh;  // of the tick that is being taken
  LaneCounters counters;
  std::jthread thread;
};

}  // namespace oreum::collect
