// When the next backup is due.
#pragma once

#include <optional>

#include "base/time.h"
#include "config/config.h"

namespace oreum::backup {

/// `last`: when the newest scheduled one was made; `started`: this program. A time of day that was slept through is
/// made up for at once; where there is none yet, ten minutes after the start. The end of time when the schedule is off.
TimestampMs next_due(const config::BackupSchedule& schedule, std::optional<TimestampMs> last, TimestampMs started);

}  // namespace oreum::backup
