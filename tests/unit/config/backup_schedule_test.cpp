#include <gtest/gtest.h>

#include "config/config.h"

namespace oreum::config {
namespace {

TEST(BackupSchedule, ReadsBackWhatItShows) {
  for (const char* text : {"off", "03:15", "00:00", "23:59", "6h", "1m"}) {
    const auto schedule = parse_backup_schedule(text);
    ASSERT_TRUE(schedule) << text;
    EXPECT_EQ(schedule->to_string(), text);
  }
}

TEST(BackupSchedule, RefusesWhatIsNone) {
  for (const char* text :
       {"", "on", "24:00", "12:60", "3:5", "12:", ":15", "12:15:00", "-1:00", "1s", "0", "6 h", "nightly"}) {
    const auto schedule = parse_backup_schedule(text);
    ASSERT_FALSE(schedule) << text;
    EXPECT_NE(schedule.error().to_string().find("03:15"), std::string::npos);
  }
}

}  // namespace
}  // namespace oreum::config
