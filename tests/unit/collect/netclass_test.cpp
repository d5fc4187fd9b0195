#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_network_up gauge
node_network_up{device="eth0"} 1
node_network_up{device="lo"} 0
node_network_up{device="wlan0"} 0
# node_network_info gauge
node_network_info{address="02:00:5e:00:53:01",broadcast="ff:ff:ff:ff:ff:ff",device="eth0",duplex="full",ifalias="uplink to the rack",operstate="up"} 1
node_network_info{address="00:00:00:00:00:00",broadcast="00:00:00:00:00:00",device="lo",operstate="unknown"} 1
node_network_info{address="02:00:5e:00:53:02",broadcast="ff:ff:ff:ff:ff:ff",device="wlan0",operstate="down"} 1
# node_network_address_assign_type gauge
node_network_address_assign_type{device="eth0"} 0
node_network_address_assign_type{device="lo"} 0
node_network_address_assign_type{device="wlan0"} 0
# node_network_carrier gauge
node_network_carrier{device="eth0"} 1
node_network_carrier{device="lo"} 1
# node_network_carrier_changes_total counter
node_network_carrier_changes_total{device="eth0"} 3
node_network_carrier_changes_total{device="lo"} 0
node_network_carrier_changes_total{device="wlan0"} 3
# node_network_carrier_down_changes_total counter
node_network_carrier_down_changes_total{device="eth0"} 1
node_network_carrier_down_changes_total{device="lo"} 0
node_network_carrier_down_changes_total{device="wlan0"} 1
# node_network_carrier_up_changes_total counter
node_network_carrier_up_changes_total{device="eth0"} 2
node_network_carrier_up_changes_total{device="lo"} 0
node_network_carrier_up_changes_total{device="wlan0"} 2
# node_network_device_id gauge
node_network_device_id{device="eth0"} 0
node_network_device_id{device="lo"} 0
node_network_device_id{device="wlan0"} 0
# node_network_dormant gauge
node_network_dormant{device="eth0"} 0
node_network_dormant{device="lo"} 0
# node_network_flags gauge
node_network_flags{device="eth0"} 4099
node_network_flags{device="lo"} 9
node_network_flags{device="wlan0"} 4098
# node_network_iface_id gauge
node_network_iface_id{device="eth0"} 2
node_network_iface_id{device="lo"} 1
node_network_iface_id{device="wlan0"} 3
# node_network_iface_link gauge
node_network_iface_link{device="eth0"} 2
node_network_iface_link{device="lo"} 1
node_network_iface_link{device="wlan0"} 3
# node_network_iface_link_mode gauge
node_network_iface_link_mode{device="eth0"} 0
node_network_iface_link_mode{device="lo"} 0
node_network_iface_link_mode{device="wlan0"} 1
# node_network_mtu_bytes gauge
node_network_mtu_bytes{device="eth0"} 1500
node_network_mtu_bytes{device="lo"} 65536
node_network_mtu_bytes{device="wlan0"} 1500
# node_network_name_assign_type gauge
node_network_name_assign_type{device="eth0"} 4
node_network_name_assign_type{device="lo"} 2
node_network_name_assign_type{device="wlan0"} 3
# node_network_net_dev_group gauge
node_network_net_dev_group{device="eth0"} 0
node_network_net_dev_group{device="lo"} 0
node_network_net_dev_group{device="wlan0"} 0
# node_network_speed_bytes gauge
node_network_speed_bytes{device="eth0"} 1.25e+08
node_network_speed_bytes{device="wlan0"} -125000
# node_network_transmit_queue_length gauge
node_network_transmit_queue_length{device="eth0"} 1000
node_network_transmit_queue_length{device="lo"} 1000
node_network_transmit_queue_length{device="wlan0"} 1000
# node_network_protocol_type gauge
node_network_protocol_type{device="eth0"} 1
node_network_protocol_type{device="lo"} 772
node_network_protocol_type{device="wlan0"} 1
)text";

TEST(Netclass, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("netclass", test::fixture("host-a")), kExpected); }

TEST(Netclass, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("netclass", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Netclass, AttributesThatAreRefusedAreLeftOut) {
  const test::TempDir tree;
  tree.write("sys/class/net/tun0/mtu", "1400\n");
  tree.write("sys/class/net/tun0/flags", "0xffffffffffffffff1\n");
  tree.write("sys/class/net/tun0/speed/unreadable", "");
  EXPECT_EQ(test::read_tree("netclass", tree.path()),
            "# node_network_up gauge\nnode_network_up{device=\"tun0\"} 0\n"
            "# node_network_info gauge\nnode_network_info{device=\"tun0\"} 1\n"
            "# node_network_mtu_bytes gauge\nnode_network_mtu_bytes{device=\"tun0\"} 1400\n");
}

}  // namespace
}  // namespace oreum::collect
