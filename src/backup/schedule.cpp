#include "backup/schedule.h"

#include <algorithm>
#include <ctime>

namespace oreum::backup {

namespace {

using Kind = config::BackupSchedule::Kind;

constexpr milliseconds kFirst{600'000};

/// The first time after t at which the clock on the wall shows this minute of the day.
TimestampMs next_at(int minute, TimestampMs t) {
  const time_t seconds = static_cast<time_t>(t.ms / 1000);
  std::tm day{};
  ::localtime_r(&seconds, &day);
  for (int ahead = 0;; ++ahead) {
    std::tm at = day;
    at.tm_mday += ahead;
    at.tm_hour = minute / 60;
    at.tm_min = minute % 60;
    at.tm_sec = 0;
    at.tm_isdst = -1;                                                     // the day's own
    const TimestampMs found{static_cast<int64_t>(::mktime(&at)) * 1000};  // NOLINT(concurrency-mt-unsafe): TZ stays
    if (found > t) return found;
  }
}

}  // namespace

TimestampMs next_due(const config::BackupSchedule& schedule, std::optional<TimestampMs> last, TimestampMs started) {
  switch (schedule.kind) {
    case Kind::kOff: return TimestampMs::max();
    case Kind::kEvery: return last ? *last + schedule.every : started + std::min(schedule.every, kFirst);
    case Kind::kDaily: return last ? next_at(schedule.minute, *last) : started + kFirst;
  }
  return TimestampMs::max();
}

}  // namespace oreum::backup
