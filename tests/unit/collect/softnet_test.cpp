#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_softnet_processed_total counter
node_softnet_processed_total{cpu="0"} 1.0563379e+07
node_softnet_processed_total{cpu="1"} 39168
node_softnet_processed_total{cpu="2"} 4.294967295e+09
node_softnet_processed_total{cpu="3"} 16
# node_softnet_dropped_total counter
node_softnet_dropped_total{cpu="0"} 2
node_softnet_dropped_total{cpu="1"} 0
node_softnet_dropped_total{cpu="2"} 0
node_softnet_dropped_total{cpu="3"} 0
# node_softnet_times_squeezed_total counter
node_softnet_times_squeezed_total{cpu="0"} 31
node_softnet_times_squeezed_total{cpu="1"} 1
node_softnet_times_squeezed_total{cpu="2"} 0
node_softnet_times_squeezed_total{cpu="3"} 3
)text";

TEST(Softnet, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("softnet", test::fixture("host-a")), kExpected); }

TEST(Softnet, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("softnet", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Softnet, OldKernelsDoNotSayWhichCpuItIs) {
  const test::TempDir tree;
  tree.write("proc/net/softnet_stat", "1 2 3 0 0 0 0 0 0\n4 5 6 0 0 0 0 0 0\n");
  test::CollectTree run("softnet", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_softnet_processed_total{cpu="1"})"), 4);
  // Now they do, and CPU 1 is offline.
  tree.write("proc/net/softnet_stat", "1 2 3 0 0 0 0 0 0 0 0 0 0\n4 5 6 0 0 0 0 0 0 0 0 0 a 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_softnet_dropped_total{cpu="10"})"), 5);
  EXPECT_EQ(run.values().size(), 6U);
}

TEST(Softnet, NumbersThatAreNoneAreAnError) {
  const test::TempDir tree;
  tree.write("proc/net/softnet_stat", "1 2 z 0 0 0 0 0 0\n");
  test::CollectTree run("softnet", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
