#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_filefd_allocated gauge
node_filefd_allocated 3712
# node_filefd_maximum gauge
node_filefd_maximum 9.223372036854776e+18
)text";

TEST(Filefd, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("filefd", test::fixture("host-a")), kExpected); }

TEST(Filefd, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("filefd", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Filefd, TooFewFieldsAreAnError) {
  const test::TempDir tree;
  tree.write("proc/sys/fs/file-nr", "12 0\n");
  test::CollectTree run("filefd", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
