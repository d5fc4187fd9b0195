#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_arp_entries gauge
node_arp_entries{device="eth0"} 3
node_arp_entries{device="wlan0"} 1
)text";

TEST(Arp, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("arp", test::fixture("host-a")), kExpected); }

TEST(Arp, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("arp", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Arp, ALineTooShortIsAnError) {
  const test::TempDir tree;
  tree.write("proc/net/arp", "IP address HW type\n192.0.2.1 0x1\n");
  test::CollectTree run("arp", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

TEST(Arp, AnEmptyTableHasNoSeries) {
  const test::TempDir tree;
  tree.write("proc/net/arp", "IP address       HW type     Flags\n");
  EXPECT_EQ(test::read_tree("arp", tree.path()), "");
}

}  // namespace
}  // namespace oreum::collect
