#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Ipvs, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("ipvs"), test::expected_hardware("ipvs")); }

TEST(Ipvs, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("ipvs", {}), "error: no data\n"); }

TEST(Ipvs, EmptyTotalsAreAnError) {
  const std::string text = test::read_files("ipvs", {{"proc/net/ip_vs_stats", ""}});
  EXPECT_EQ(text, "error: TREE/proc/net/ip_vs_stats: expected five totals\n");
}

TEST(Ipvs, GarbageInAnAddressIsAnError) {
  const std::string text = test::read_files("ipvs", {{"proc/net/ip_vs_stats", "heading\nheading\n 1 2 3 4 FF\n"},
                                                     {"proc/net/ip_vs", "TCP  C0A8001G:0CEA wlc\n"}});
  EXPECT_EQ(text, R"(# node_ipvs_connections_total counter
node_ipvs_connections_total 1
# node_ipvs_incoming_packets_total counter
node_ipvs_incoming_packets_total 2
# node_ipvs_outgoing_packets_total counter
node_ipvs_outgoing_packets_total 3
# node_ipvs_incoming_bytes_total counter
node_ipvs_incoming_bytes_total 4
# node_ipvs_outgoing_bytes_total counter
node_ipvs_outgoing_bytes_total 255
error: TREE/proc/net/ip_vs: cannot read "TCP  C0A8001G:0CEA wlc"
)");
}

TEST(Ipvs, ACutLineIsAnError) {
  const std::string text = test::read_files(
      "ipvs",
      {{"proc/net/ip_vs_stats", "heading\nheading\n 1 2 3 4 FF\n"},
       {"proc/net/ip_vs", "TCP  [2001:0db8:0000:0000:0000:0000:0000:0000]:01BB rr\n  -> C0A80016:0CEA Route 1 2"}});
  EXPECT_EQ(text, R"(# node_ipvs_connections_total counter
node_ipvs_connections_total 1
# node_ipvs_incoming_packets_total counter
node_ipvs_incoming_packets_total 2
# node_ipvs_outgoing_packets_total counter
node_ipvs_outgoing_packets_total 3
# node_ipvs_incoming_bytes_total counter
node_ipvs_incoming_bytes_total 4
# node_ipvs_outgoing_bytes_total counter
node_ipvs_outgoing_bytes_total 255
error: TREE/proc/net/ip_vs: cannot read "  -> C0A80016:0CEA Route 1 2"
)");
}

TEST(Ipvs, AddressesAreWrittenShort) {
  const std::string text = test::read_files(
      "ipvs",
      {{"proc/net/ip_vs_stats", "heading\nheading\n 1 2 3 4 FF\n"},
       {"proc/net/ip_vs",
        "TCP  [0000:0000:0000:0000:0000:0000:0000:0000]:0001 rr\n  -> [0000:0000:0001:0000:0000:0000:0000:0001]:FFFF "
        "Route 1 2 3\n  -> [0001:0000:0000:0002:0000:0000:0003:0000]:0050 Route 1 2 3\n"}});
  EXPECT_EQ(text, R"(# node_ipvs_connections_total counter
node_ipvs_connections_total 1
# node_ipvs_incoming_packets_total counter
node_ipvs_incoming_packets_total 2
# node_ipvs_outgoing_packets_total counter
node_ipvs_outgoing_packets_total 3
# node_ipvs_incoming_bytes_total counter
node_ipvs_incoming_bytes_total 4
# node_ipvs_outgoing_bytes_total counter
node_ipvs_outgoing_bytes_total 255
# node_ipvs_backend_connections_active gauge
node_ipvs_backend_connections_active{local_address="::",local_port="1",proto="TCP",remote_address="0:0:1::1",remote_port="65535"} 2
# node_ipvs_backend_connections_inactive gauge
node_ipvs_backend_connections_inactive{local_address="::",local_port="1",proto="TCP",remote_address="0:0:1::1",remote_port="65535"} 3
# node_ipvs_backend_weight gauge
node_ipvs_backend_weight{local_address="::",local_port="1",proto="TCP",remote_address="0:0:1::1",remote_port="65535"} 1
# node_ipvs_backend_connections_active gauge
node_ipvs_backend_connections_active{local_address="::",local_port="1",proto="TCP",remote_address="1::2:0:0:3:0",remote_port="80"} 2
# node_ipvs_backend_connections_inactive gauge
node_ipvs_backend_connections_inactive{local_address="::",local_port="1",proto="TCP",remote_address="1::2:0:0:3:0",remote_port="80"} 3
# node_ipvs_backend_weight gauge
node_ipvs_backend_weight{local_address="::",local_port="1",proto="TCP",remote_address="1::2:0:0:3:0",remote_port="80"} 1
)");
}

}  // namespace
}  // namespace oreum::collect
