#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_os_info gauge
node_os_info{id="debian",id_like="plain \"quoted\"",name="Debian GNU/Linux",pretty_name="Debian GNU/Linux 12 (bookworm)",version="12 (bookworm)",version_codename="bookworm",version_id="12.5"} 1
# node_os_version gauge
node_os_version{id="debian",id_like="plain \"quoted\"",name="Debian GNU/Linux"} 12.5
)text";

TEST(Os, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("os", test::fixture("host-a")), kExpected); }

TEST(Os, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("os", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Os, TheSecondPlaceIsUsrLib) {
  const test::TempDir tree;
  tree.write("root/usr/lib/os-release", "ID=oreum-linux\nVERSION_ID=7\nNAME=\"a \\\"b\\\" c\"\n");
  test::CollectTree run("os", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_os_version{id="oreum-linux",name="a \"b\" c"})"), 7);
  // An upgrade puts another file in its place, which is seen within a dozen readings.
  tree.write("root/etc/os-release", "ID=oreum-linux\nVERSION_ID=rolling\n");
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().size(), 1U);
  EXPECT_EQ(run.values().at(R"(node_os_info{id="oreum-linux",version_id="rolling"})"), 1);
}

}  // namespace
}  // namespace oreum::collect
