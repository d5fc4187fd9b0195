#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_vmstat_pgpgin untyped
node_vmstat_pgpgin 3.5120344e+07
# node_vmstat_pgpgout untyped
node_vmstat_pgpgout 6.5120441e+07
# node_vmstat_pswpin untyped
node_vmstat_pswpin 1024
# node_vmstat_pswpout untyped
node_vmstat_pswpout 262144
# node_vmstat_pgfault untyped
node_vmstat_pgfault 8.12033441e+08
# node_vmstat_pgmajfault untyped
node_vmstat_pgmajfault 120344
# node_vmstat_oom_kill untyped
node_vmstat_oom_kill 2
)text";

TEST(Vmstat, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("vmstat", test::fixture("host-a")), kExpected); }

TEST(Vmstat, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("vmstat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Vmstat, AFieldWithoutANumberIsAnError) {
  const test::TempDir tree;
  tree.write("proc/vmstat", "pgpgin 4\npgpgout\n");
  test::CollectTree run("vmstat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 1U);
}

TEST(Vmstat, WhatMovesInTheFileIsFoundAgain) {
  const test::TempDir tree;
  test::CollectTree run("vmstat", tree.path());
  const std::string many(3000, 'x');
  tree.write("proc/vmstat", "pgfault 1\noom_kill 2\nother_" + many + " 3\n");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("node_vmstat_oom_kill"), 2);
  tree.write("proc/vmstat", "pgfault 10\nother_" + many + " 3\noom_kill 20\n");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(run.collect());
    EXPECT_EQ(run.values().size(), 2U);
    EXPECT_EQ(run.values().at("node_vmstat_oom_kill"), 20);
  }
  tree.write("proc/vmstat", "pgfault 11\n");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values(), (std::map<std::string, double>{{"node_vmstat_pgfault", 11}}));
}

}  // namespace
}  // namespace oreum::collect
