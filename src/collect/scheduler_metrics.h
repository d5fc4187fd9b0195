// What the scheduler says about itself and the collectors.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "collect/collector_runner.h"
#include "collect/scheduler_lane.h"
#include "collect/sink.h"

namespace oreum::collect {

/// node_scrape_collector_*: of each collector that has run. Null readings have not.
void emit_scrape_metrics(Sink& sink, std::span<const std::shared_ptr<const Reading>> readings);

/// oreum_collect_*{lane}.
void emit_lane_metrics(Sink& sink, const std::array<const LaneState*, 2>& lanes);

/// oreum_collect_failures_total{collector} of those that ever failed; duplicate series.
void emit_runner_metrics(Sink& sink, std::span<const CollectorRunner* const> runners);

}  // namespace oreum::collect
