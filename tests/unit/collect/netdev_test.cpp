#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_network_receive_bytes_total counter
node_network_receive_bytes_total{device="eth0"} 1.20344112345e+11
node_network_receive_bytes_total{device="wlan0"} 0
# node_network_receive_packets_total counter
node_network_receive_packets_total{device="eth0"} 9.8812033e+07
node_network_receive_packets_total{device="wlan0"} 0
# node_network_receive_errs_total counter
node_network_receive_errs_total{device="eth0"} 2
node_network_receive_errs_total{device="wlan0"} 0
# node_network_receive_drop_total counter
node_network_receive_drop_total{device="eth0"} 14
node_network_receive_drop_total{device="wlan0"} 0
# node_network_receive_fifo_total counter
node_network_receive_fifo_total{device="eth0"} 1
node_network_receive_fifo_total{device="wlan0"} 0
# node_network_receive_frame_total counter
node_network_receive_frame_total{device="eth0"} 3
node_network_receive_frame_total{device="wlan0"} 0
# node_network_receive_compressed_total counter
node_network_receive_compressed_total{device="eth0"} 0
node_network_receive_compressed_total{device="wlan0"} 0
# node_network_receive_multicast_total counter
node_network_receive_multicast_total{device="eth0"} 120455
node_network_receive_multicast_total{device="wlan0"} 0
# node_network_transmit_bytes_total counter
node_network_transmit_bytes_total{device="eth0"} 3.411299812e+10
node_network_transmit_bytes_total{device="wlan0"} 0
# node_network_transmit_packets_total counter
node_network_transmit_packets_total{device="eth0"} 6.0112044e+07
node_network_transmit_packets_total{device="wlan0"} 0
# node_network_transmit_errs_total counter
node_network_transmit_errs_total{device="eth0"} 1
node_network_transmit_errs_total{device="wlan0"} 0
# node_network_transmit_drop_total counter
node_network_transmit_drop_total{device="eth0"} 2
node_network_transmit_drop_total{device="wlan0"} 0
# node_network_transmit_fifo_total counter
node_network_transmit_fifo_total{device="eth0"} 0
node_network_transmit_fifo_total{device="wlan0"} 0
# node_network_transmit_colls_total counter
node_network_transmit_colls_total{device="eth0"} 4
node_network_transmit_colls_total{device="wlan0"} 0
# node_network_transmit_carrier_total counter
node_network_transmit_carrier_total{device="eth0"} 5
node_network_transmit_carrier_total{device="wlan0"} 0
# node_network_transmit_compressed_total counter
node_network_transmit_compressed_total{device="eth0"} 0
node_network_transmit_compressed_total{device="wlan0"} 0
# node_network_receive_nohandler_total counter
node_network_receive_nohandler_total{device="eth0"} 5
node_network_receive_nohandler_total{device="wlan0"} 0
)text";

TEST(Netdev, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("netdev", test::fixture("host-a")), kExpected); }

TEST(Netdev, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("netdev", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Netdev, RatesComeFromTwoReadings) {
  const test::TempDir tree;
  test::CollectTree run("netdev", tree.path());
  const auto write = [&tree](std::string_view lines) {
    tree.write("proc/net/dev", std::string("Inter-|\n face |\n").append(lines));
  };
  write("eth0:1000 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0\neth1: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains(R"(network_receive_bytes_per_second{device="eth0"})"));
  run.clock().advance(milliseconds(500));
  write("eth0:2000 1 0 0 0 0 0 0 600 1 0 0 0 0 0 0\neth1: 3 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(network_receive_bytes_per_second{device="eth0"})"), 2000);
  EXPECT_EQ(run.values().at(R"(network_transmit_bytes_per_second{device="eth0"})"), 200);
  EXPECT_FALSE(run.values().contains(R"(network_receive_bytes_per_second{device="eth1"})"));
  EXPECT_EQ(run.values().at(R"(network_transmit_bytes_per_second{device="eth1"})"), 0);
  // A device that went and came again is a new one.
  write("eth1: 3 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  run.clock().advance(milliseconds(500));
  write("eth0:9000 1 0 0 0 0 0 0 600 1 0 0 0 0 0 0\neth1: 3 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains(R"(network_receive_bytes_per_second{device="eth0"})"));
}

TEST(Netdev, AliasNamesWithColonsAndLargeCountersAreTaken) {
  const test::TempDir tree;
  tree.write("proc/net/dev", "\n\neth0:1: 18446744073709551615 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n");
  test::CollectTree run("netdev", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_network_receive_bytes_total{device="eth0:1"})"), 18446744073709551615.0);
}

TEST(Netdev, TooFewFieldsAreAnError) {
  const test::TempDir tree;
  tree.write("proc/net/dev", "\n\neth0: 1 2 3\n");
  test::CollectTree run("netdev", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
