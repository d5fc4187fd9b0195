#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_nf_conntrack_entries gauge
node_nf_conntrack_entries 123
# node_nf_conntrack_entries_limit gauge
node_nf_conntrack_entries_limit 262144
# node_nf_conntrack_stat_found gauge
node_nf_conntrack_stat_found 18
# node_nf_conntrack_stat_invalid gauge
node_nf_conntrack_stat_invalid 176
# node_nf_conntrack_stat_ignore gauge
node_nf_conntrack_stat_ignore 4
# node_nf_conntrack_stat_insert gauge
node_nf_conntrack_stat_insert 4
# node_nf_conntrack_stat_insert_failed gauge
node_nf_conntrack_stat_insert_failed 6
# node_nf_conntrack_stat_drop gauge
node_nf_conntrack_stat_drop 6
# node_nf_conntrack_stat_early_drop gauge
node_nf_conntrack_stat_early_drop 7
# node_nf_conntrack_stat_search_restart gauge
node_nf_conntrack_stat_search_restart 10
)text";

TEST(Conntrack, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("conntrack", test::fixture("host-a")), kExpected); }

TEST(Conntrack, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("conntrack", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Conntrack, OldKernelsWriteOneFieldLess) {
  const test::TempDir tree;
  tree.write("proc/sys/net/netfilter/nf_conntrack_count", "1\n");
  tree.write("proc/sys/net/netfilter/nf_conntrack_max", "2\n");
  tree.write("proc/net/stat/nf_conntrack", "heading\n1 1 5 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
  test::CollectTree run("conntrack", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("node_nf_conntrack_stat_found"), 5);
  EXPECT_EQ(run.values().at("node_nf_conntrack_stat_search_restart"), 0);
  tree.write("proc/net/stat/nf_conntrack", "heading\n1 1 5\n");
  EXPECT_FALSE(run.collect());
}

}  // namespace
}  // namespace oreum::collect
