#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_sockstat_sockets_used gauge
node_sockstat_sockets_used 612
# node_sockstat_TCP_inuse gauge
node_sockstat_TCP_inuse 41
# node_sockstat_TCP_orphan gauge
node_sockstat_TCP_orphan 1
# node_sockstat_TCP_tw gauge
node_sockstat_TCP_tw 12
# node_sockstat_TCP_alloc gauge
node_sockstat_TCP_alloc 60
# node_sockstat_TCP_mem gauge
node_sockstat_TCP_mem 23
# node_sockstat_TCP_mem_bytes gauge
node_sockstat_TCP_mem_bytes 94208
# node_sockstat_UDP_inuse gauge
node_sockstat_UDP_inuse 9
# node_sockstat_UDP_mem gauge
node_sockstat_UDP_mem 4
# node_sockstat_UDP_mem_bytes gauge
node_sockstat_UDP_mem_bytes 16384
# node_sockstat_UDPLITE_inuse gauge
node_sockstat_UDPLITE_inuse 0
# node_sockstat_RAW_inuse gauge
node_sockstat_RAW_inuse 1
# node_sockstat_FRAG_inuse gauge
node_sockstat_FRAG_inuse 0
# node_sockstat_FRAG_memory gauge
node_sockstat_FRAG_memory 0
# node_sockstat_TCP6_inuse gauge
node_sockstat_TCP6_inuse 7
# node_sockstat_UDP6_inuse gauge
node_sockstat_UDP6_inuse 3
# node_sockstat_UDPLITE6_inuse gauge
node_sockstat_UDPLITE6_inuse 0
# node_sockstat_RAW6_inuse gauge
node_sockstat_RAW6_inuse 1
# node_sockstat_FRAG6_inuse gauge
node_sockstat_FRAG6_inuse 0
# node_sockstat_FRAG6_memory gauge
node_sockstat_FRAG6_memory 0
)text";

TEST(Sockstat, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("sockstat", test::fixture("host-a")), kExpected); }

TEST(Sockstat, NoProtocolsNoSeries) {
  const test::TempDir tree;
  EXPECT_EQ(test::read_tree("sockstat", tree.path()), "");
}

TEST(Sockstat, AStateWithoutANumberIsAnError) {
  const test::TempDir tree;
  tree.write("proc/net/sockstat", "TCP: inuse 4 orphan\n");
  test::CollectTree run("sockstat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 1U);
}

}  // namespace
}  // namespace oreum::collect
