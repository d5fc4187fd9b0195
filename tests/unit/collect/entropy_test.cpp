#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_entropy_available_bits gauge
node_entropy_available_bits 256
# node_entropy_pool_size_bits gauge
node_entropy_pool_size_bits 256
)text";

TEST(Entropy, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("entropy", test::fixture("host-a")), kExpected); }

TEST(Entropy, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("entropy", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Entropy, NoNumberIsAnError) {
  const test::TempDir tree;
  tree.write("proc/sys/kernel/random/entropy_avail", "lots\n");
  test::CollectTree run("entropy", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
