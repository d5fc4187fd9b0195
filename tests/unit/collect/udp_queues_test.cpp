#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_udp_queues gauge
node_udp_queues{ip="v4",queue="tx"} 21
node_udp_queues{ip="v4",queue="rx"} 272
node_udp_queues{ip="v6",queue="tx"} 0
node_udp_queues{ip="v6",queue="rx"} 576
)text";

TEST(UdpQueues, ReadsTheFixtureMachine) {
  EXPECT_EQ(test::read_tree("udp_queues", test::fixture("host-a")), kExpected);
}

TEST(UdpQueues, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("udp_queues", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(UdpQueues, ALineWithoutQueuesIsAnError) {
  const test::TempDir tree;
  tree.write("proc/net/udp", "heading\n 1: a b 07 zz\n");
  test::CollectTree run("udp_queues", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
