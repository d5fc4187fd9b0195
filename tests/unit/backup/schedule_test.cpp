#include "backup/schedule.h"

#include <ctime>

#include <gtest/gtest.h>

namespace oreum::backup {
namespace {

constexpr TimestampMs kStarted{1'795'000'000'000};
constexpr milliseconds kHour{3'600'000};

config::BackupSchedule parsed(const char* text) { return config::parse_backup_schedule(text).value(); }

TEST(Schedule, OffIsNeverDue) {
  EXPECT_EQ(next_due(parsed("off"), std::nullopt, kStarted), TimestampMs::max());
  EXPECT_EQ(next_due(parsed("off"), kStarted, kStarted), TimestampMs::max());
}

TEST(Schedule, ADistanceCountsFromTheLast) {
  EXPECT_EQ(next_due(parsed("6h"), kStarted - kHour, kStarted), kStarted + 5 * kHour);
  // Overdue: at once.
  EXPECT_LT(next_due(parsed("6h"), kStarted - 100 * kHour, kStarted), kStarted);
}

TEST(Schedule, TheFirstDoesNotWaitForTheNight) {
  EXPECT_EQ(next_due(parsed("03:15"), std::nullopt, kStarted), kStarted + milliseconds(600'000));
  EXPECT_EQ(next_due(parsed("2m"), std::nullopt, kStarted), kStarted + milliseconds(120'000));
}

TEST(Schedule, ATimeOfDayIsTheNextOneOnTheWall) {
  const config::BackupSchedule schedule = parsed("03:15");
  for (int hours = 0; hours < 400 * 24; hours += 7) {
    const TimestampMs last = kStarted + hours * kHour;
    const TimestampMs due = next_due(schedule, last, kStarted);
    EXPECT_GT(due, last);
    // A day with a change of the clock has 25 hours.
    EXPECT_LE(due, last + 25 * kHour);
    const time_t seconds = static_cast<time_t>(due.ms / 1000);
    std::tm at{};
    ::localtime_r(&seconds, &at);
    EXPECT_EQ(at.tm_min, 15);
    // The only hour that a spring night may leave out is followed by the next.
    EXPECT_TRUE(at.tm_hour == 3 || at.tm_hour == 4) << at.tm_hour;
  }
}

}  // namespace
}  // namespace oreum::backup
