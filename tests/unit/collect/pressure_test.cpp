#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_pressure_cpu_waiting_seconds_total counter
node_pressure_cpu_waiting_seconds_total 8812.033441
# node_pressure_io_waiting_seconds_total counter
node_pressure_io_waiting_seconds_total 120.344112
# node_pressure_io_stalled_seconds_total counter
node_pressure_io_stalled_seconds_total 98.812033
# node_pressure_memory_waiting_seconds_total counter
node_pressure_memory_waiting_seconds_total 0.00412
# node_pressure_memory_stalled_seconds_total counter
node_pressure_memory_stalled_seconds_total 3e-06
)text";

TEST(Pressure, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("pressure", test::fixture("host-a")), kExpected); }

TEST(Pressure, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("pressure", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Pressure, NoTotalIsAnError) {
  const test::TempDir tree;
  tree.write("proc/pressure/cpu", "some avg10=0.00 avg60=0.00\n");
  test::CollectTree run("pressure", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
