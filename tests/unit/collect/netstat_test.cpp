#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kSnmp = R"text(# node_netstat_Ip_Forwarding untyped
node_netstat_Ip_Forwarding 1
# node_netstat_Icmp_InMsgs untyped
node_netstat_Icmp_InMsgs 412
# node_netstat_Icmp_InErrors untyped
node_netstat_Icmp_InErrors 7
# node_netstat_Icmp_OutMsgs untyped
node_netstat_Icmp_OutMsgs 398
# node_netstat_Tcp_ActiveOpens untyped
node_netstat_Tcp_ActiveOpens 20311
# node_netstat_Tcp_PassiveOpens untyped
node_netstat_Tcp_PassiveOpens 8812
# node_netstat_Tcp_CurrEstab untyped
node_netstat_Tcp_CurrEstab 41
# node_netstat_Tcp_InSegs untyped
node_netstat_Tcp_InSegs 8.812033e+06
# node_netstat_Tcp_OutSegs untyped
node_netstat_Tcp_OutSegs 9.120441e+06
# node_netstat_Tcp_RetransSegs untyped
node_netstat_Tcp_RetransSegs 3120
# node_netstat_Tcp_InErrs untyped
node_netstat_Tcp_InErrs 9
# node_netstat_Tcp_OutRsts untyped
node_netstat_Tcp_OutRsts 1204
# node_netstat_Udp_InDatagrams untyped
node_netstat_Udp_InDatagrams 120344
# node_netstat_Udp_NoPorts untyped
node_netstat_Udp_NoPorts 51
# node_netstat_Udp_InErrors untyped
node_netstat_Udp_InErrors 6
# node_netstat_Udp_OutDatagrams untyped
node_netstat_Udp_OutDatagrams 98120
# node_netstat_Udp_RcvbufErrors untyped
node_netstat_Udp_RcvbufErrors 6
# node_netstat_Udp_SndbufErrors untyped
node_netstat_Udp_SndbufErrors 1
# node_netstat_UdpLite_InErrors untyped
node_netstat_UdpLite_InErrors 0
)text";

constexpr std::string_view kRest = R"text(# node_netstat_TcpExt_SyncookiesSent untyped
node_netstat_TcpExt_SyncookiesSent 5
# node_netstat_TcpExt_SyncookiesRecv untyped
node_netstat_TcpExt_SyncookiesRecv 4
# node_netstat_TcpExt_SyncookiesFailed untyped
node_netstat_TcpExt_SyncookiesFailed 3
# node_netstat_TcpExt_ListenOverflows untyped
node_netstat_TcpExt_ListenOverflows 11
# node_netstat_TcpExt_ListenDrops untyped
node_netstat_TcpExt_ListenDrops 13
# node_netstat_TcpExt_TCPTimeouts untyped
node_netstat_TcpExt_TCPTimeouts 402
# node_netstat_TcpExt_TCPSynRetrans untyped
node_netstat_TcpExt_TCPSynRetrans 29
# node_netstat_IpExt_InOctets untyped
node_netstat_IpExt_InOctets 1.20344112345e+11
# node_netstat_IpExt_OutOctets untyped
node_netstat_IpExt_OutOctets 3.411299812e+10
# node_netstat_Ip6_InOctets untyped
node_netstat_Ip6_InOctets 88120
# node_netstat_Ip6_OutOctets untyped
node_netstat_Ip6_OutOctets 91204
# node_netstat_Icmp6_InMsgs untyped
node_netstat_Icmp6_InMsgs 31
# node_netstat_Icmp6_InErrors untyped
node_netstat_Icmp6_InErrors 1
# node_netstat_Icmp6_OutMsgs untyped
node_netstat_Icmp6_OutMsgs 44
# node_netstat_Udp6_InDatagrams untyped
node_netstat_Udp6_InDatagrams 120
# node_netstat_Udp6_NoPorts untyped
node_netstat_Udp6_NoPorts 2
# node_netstat_Udp6_InErrors untyped
node_netstat_Udp6_InErrors 0
# node_netstat_Udp6_OutDatagrams untyped
node_netstat_Udp6_OutDatagrams 118
# node_netstat_Udp6_RcvbufErrors untyped
node_netstat_Udp6_RcvbufErrors 0
# node_netstat_Udp6_SndbufErrors untyped
node_netstat_Udp6_SndbufErrors 0
# node_netstat_UdpLite6_InErrors untyped
node_netstat_UdpLite6_InErrors 0
)text";

TEST(Netstat, ReadsTheFixtureMachine) {
  EXPECT_EQ(test::read_tree("netstat", test::fixture("host-a")), kSnmp);
  EXPECT_EQ(test::read_tree("netstat_ext", test::fixture("host-a")), kRest);
}

TEST(Netstat, NothingThereIsAnError) {
  const test::TempDir tree;
  for (const char* collector : {"netstat", "netstat_ext"}) {
    test::CollectTree run(collector, tree.path());
    const Status status = run.collect();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kNotFound);
    EXPECT_TRUE(run.values().empty());
  }
}

TEST(Netstat, AMachineWithoutIpv6IsComplete) {
  const test::TempDir tree;
  tree.write("proc/net/netstat", "IpExt: InNoRoutes InOctets\nIpExt: 2 64\n");
  EXPECT_EQ(test::read_tree("netstat_ext", tree.path()),
            "# node_netstat_IpExt_InOctets untyped\nnode_netstat_IpExt_InOctets 64\n");
}

TEST(Netstat, AnotherHeadingIsLearnt) {
  const test::TempDir tree;
  test::CollectTree run("netstat", tree.path());
  tree.write("proc/net/snmp", "Udp: InDatagrams NoPorts\nUdp: 1 2\n");
  ASSERT_TRUE(run.collect());
  tree.write("proc/net/snmp", "Udp: NoPorts New InDatagrams\nUdp: 3 4 -5\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("node_netstat_Udp_NoPorts"), 3);
  EXPECT_EQ(run.values().at("node_netstat_Udp_InDatagrams"), -5);
  tree.write("proc/net/snmp", "Udp: NoPorts New InDatagrams\nUdp: 3\n");
  EXPECT_FALSE(run.collect());
  tree.write("proc/net/snmp", "Udp: NoPorts New InDatagrams\n");
  EXPECT_FALSE(run.collect());
}

}  // namespace
}  // namespace oreum::collect
