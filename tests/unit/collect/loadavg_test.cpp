#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

TEST(Loadavg, ReadsTheThreeAverages) {
  EXPECT_EQ(test::read_tree("loadavg", test::fixture("host-a")),
            "# node_load1 gauge\nnode_load1 0.52\n"
            "# node_load5 gauge\nnode_load5 0.41\n"
            "# node_load15 gauge\nnode_load15 0.37\n");
}

TEST(Loadavg, TooFewFieldsAreAnError) {
  const test::TempDir tree;
  tree.write("proc/loadavg", "0.52 0.41 x\n");
  test::CollectTree run("loadavg", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 2U);
}

}  // namespace
}  // namespace oreum::collect
