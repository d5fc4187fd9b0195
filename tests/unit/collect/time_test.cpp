#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

TEST(Time, ReadsTheClockAndItsSources) {
  test::CollectTree run("time", test::fixture("host-a"));
  ASSERT_TRUE(run.collect());
  const auto values = run.values();
  EXPECT_EQ(values.size(), 6U);  // with the zone of whoever runs the test
  EXPECT_EQ(values.at("node_time_seconds"), 1.7e9);
  EXPECT_EQ(values.at(R"(node_time_clocksource_available_info{clocksource="acpi_pm",device="0"})"), 1);
  EXPECT_EQ(values.at(R"(node_time_clocksource_current_info{clocksource="tsc",device="0"})"), 1);
}

TEST(Time, AMachineWithoutClockSourcesHasATime) {
  const test::TempDir tree;
  test::CollectTree run("time", tree.path());
  ASSERT_TRUE(run.collect());
  run.clock().advance(milliseconds(1500));
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("node_time_seconds"), 1700000001.5);
}

}  // namespace
}  // namespace oreum::collect
