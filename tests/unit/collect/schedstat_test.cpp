#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_schedstat_running_seconds_total counter
node_schedstat_running_seconds_total{cpu="0"} 812.03344112
node_schedstat_running_seconds_total{cpu="1"} 802.03344112
node_schedstat_running_seconds_total{cpu="2"} 792.03344112
node_schedstat_running_seconds_total{cpu="3"} 782.03344112
# node_schedstat_waiting_seconds_total counter
node_schedstat_waiting_seconds_total{cpu="0"} 91.2044112
node_schedstat_waiting_seconds_total{cpu="1"} 90.204411201
node_schedstat_waiting_seconds_total{cpu="2"} 89.204411202
node_schedstat_waiting_seconds_total{cpu="3"} 88.204411203
# node_schedstat_timeslices_total counter
node_schedstat_timeslices_total{cpu="0"} 9.812044e+06
node_schedstat_timeslices_total{cpu="1"} 9.712044e+06
node_schedstat_timeslices_total{cpu="2"} 9.612044e+06
node_schedstat_timeslices_total{cpu="3"} 9.512044e+06
)text";

TEST(Schedstat, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("schedstat", test::fixture("host-a")), kExpected); }

TEST(Schedstat, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("schedstat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Schedstat, TooFewFieldsAreAnError) {
  const test::TempDir tree;
  tree.write("proc/schedstat", "version 15\ncpu0 0 0 0 0 0 0 1 2\n");
  test::CollectTree run("schedstat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
