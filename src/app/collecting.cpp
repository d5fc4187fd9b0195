#include "app/collecting.h"

#include <algorithm>
#include <array>

namespace oreum::app {

collect::SchedulerOptions scheduler_options(const config::Config& config, const Clock& clock) {
  collect::SchedulerOptions options;
  options.context.roots = {.proc = config.procfs, .sys = config.sysfs, .root = config.rootfs};
  options.context.clock = &clock;
  options.context.textfile_directory = config.textfile_directory;
  options.context.top_processes = config.top_processes;
  options.interval = config.interval;
  options.slow_interval = config.slow_interval;
  options.instance = config.instance;
  options.disabled.insert(config.disabled_collectors.begin(), config.disabled_collectors.end());
  return options;
}

Result<std::optional<TimestampMs>> newest_collected(const storage::Store& store, const config::Config& config,
                                                    TimestampMs now) {
  using model::Matcher;
  // Every collection stores this family, whatever the machine has.
  const std::array<Matcher, 2> matchers{{{Matcher::Op::kEqual, "__name__", "node_scrape_collector_success"},
                                         {Matcher::Op::kEqual, "instance", config.instance}}};
  TRY_ASSIGN(const auto querier, store.querier(now - config.slow_interval * 2, TimestampMs::max()));
  TRY_ASSIGN(const auto set, querier->select(matchers));
  std::optional<TimestampMs> newest;
  for (storage::Columns columns; set->next();) {
    TRY(set->read(columns));
    if (!columns.t.empty()) newest = std::max(newest.value_or(TimestampMs::min()), TimestampMs{columns.t.back()});
  }
  return newest;
}

}  // namespace oreum::app
