#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_intr_total counter
node_intr_total 9.8765432e+07
# node_context_switches_total counter
node_context_switches_total 2.01748811e+08
# node_boot_time_seconds gauge
node_boot_time_seconds 1.6999136e+09
# node_forks_total counter
node_forks_total 287331
# node_procs_running gauge
node_procs_running 3
# node_procs_blocked gauge
node_procs_blocked 1
)text";

TEST(Stat, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("stat", test::fixture("host-a")), kExpected); }

TEST(Stat, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("stat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Stat, AFileWithoutCountersIsAnError) {
  const test::TempDir tree;
  tree.write("proc/stat", "cpu 1 2 3 4\n");
  test::CollectTree run("stat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

TEST(Stat, ACounterThatIsNoneIsAnError) {
  const test::TempDir tree;
  tree.write("proc/stat", "ctxt 4\nbtime soon\n");
  test::CollectTree run("stat", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 1U);
}

}  // namespace
}  // namespace oreum::collect
