#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_selinux_enabled gauge
node_selinux_enabled 0
)text";

TEST(Selinux, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("selinux", test::fixture("host-a")), kExpected); }

TEST(Selinux, TheModesAreShownWhereItIsMounted) {
  const test::TempDir tree;
  tree.write("sys/fs/selinux/enforce", "1");
  tree.write("root/etc/selinux/config", "# mode\nSELINUX=permissive\nSELINUXTYPE=targeted\n");
  EXPECT_EQ(test::read_tree("selinux", tree.path()),
            "# node_selinux_enabled gauge\nnode_selinux_enabled 1\n"
            "# node_selinux_config_mode gauge\nnode_selinux_config_mode 0\n"
            "# node_selinux_current_mode gauge\nnode_selinux_current_mode 1\n");
}

}  // namespace
}  // namespace oreum::collect
