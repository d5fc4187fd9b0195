// A configuration, said in the scheduler's terms.
#pragma once

#include <optional>

#include "base/clock.h"
#include "collect/scheduler.h"
#include "config/config.h"
#include "storage/store.h"

namespace oreum::app {

/// `clock` must outlive the scheduler.
collect::SchedulerOptions scheduler_options(const config::Config& config, const Clock& clock);

/// The newest time at which an earlier run stored a reading of this instance, if that is recent or in the future: the
/// scheduler then notices a clock that was set back in between.
Result<std::optional<TimestampMs>> newest_collected(const storage::Store& store, const config::Config& config,
                                                    TimestampMs now);

}  // namespace oreum::app
