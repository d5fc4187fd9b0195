#include "collect/scheduler_metrics.h"

#include <atomic>
#include <cmath>

namespace oreum::collect {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kDuration{"node_scrape_collector_duration_seconds",
                               "node_exporter: Duration of a collector scrape.", MetricType::kGauge};
constexpr MetricDesc kSuccess{"node_scrape_collector_success", "node_exporter: Whether a collector succeeded.",
                              MetricType::kGauge};
constexpr MetricDesc kTicks{"oreum_collect_ticks_total", "Ticks at which a lane of collectors ran.",
                            MetricType::kCounter};
constexpr MetricDesc kMissed{"oreum_collect_ticks_missed_total",
                             "Ticks that passed without a collection: overload, suspend or a clock set forward.",
                             MetricType::kCounter};
constexpr MetricDesc kOverruns{"oreum_collect_overruns_total", "Ticks that took longer than the interval.",
                               MetricType::kCounter};
constexpr MetricDesc kSetBack{"oreum_collect_clock_set_back_total", "Times the clock was found set back.",
                              MetricType::kCounter};
constexpr MetricDesc kFailures{"oreum_collect_failures_total",
                               "Collections that failed, other than for want of the subsystem.", MetricType::kCounter};
constexpr MetricDesc kDuplicates{"oreum_collect_duplicate_series_total",
                                 "Values dropped because their series was emitted twice in one collection.",
                                 MetricType::kCounter};

/// Whole microseconds: what lies below is noise that costs eight bytes a sample to keep.
double rounded(double seconds) { return std::round(seconds * 1e6) / 1e6; }

}  // namespace

void emit_scrape_metrics(Sink& sink, std::span<const std::shared_ptr<const Reading>> readings) {
  for (const auto& reading : readings) {
    if (reading) sink.emit(kDuration, {{"collector", reading->collector}}, rounded(reading->seconds));
  }
  for (const auto& reading : readings) {
    if (reading) sink.emit(kSuccess, {{"collector", reading->collector}}, reading->success ? 1 : 0);
  }
}

void emit_lane_metrics(Sink& sink, const std::array<const LaneState*, 2>& lanes) {
  using Counter = std::atomic<uint64_t> LaneCounters::*;
  constexpr std::pair<const MetricDesc*, Counter> kAll[] = {{&kTicks, &LaneCounters::ticks},
                                                            {&kMissed, &LaneCounters::missed},
                                                            {&kOverruns, &LaneCounters::overruns},
                                                            {&kSetBack, &LaneCounters::clock_set_back}};
  for (const auto& [desc, counter] : kAll) {
    for (const LaneState* lane : lanes) {
      sink.emit(*desc, {{"lane", lane->name()}}, static_cast<double>((lane->counters.*counter).load()));
    }
  }
}

void emit_runner_metrics(Sink& sink, std::span<const CollectorRunner* const> runners) {
  uint64_t duplicates = 0;
  for (const CollectorRunner* runner : runners) {
    duplicates += runner->duplicates();
    const uint64_t failures = runner->failures();
    if (failures == 0) continue;
    sink.emit(kFailures, {{"collector", runner->spec().name}}, static_cast<double>(failures));
  }
  sink.emit(kDuplicates, static_cast<double>(duplicates));
}

}  // namespace oreum::collect
