#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Mdadm, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("mdadm"), test::expected_hardware("mdadm")); }

TEST(Mdadm, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("mdadm", {}), "error: no data\n"); }

TEST(Mdadm, NoArraysNoSeries) {
  const std::string text = test::read_files("mdadm", {{"proc/mdstat", "Personalities : \nunused devices: <none>\n"}});
  EXPECT_EQ(text, "");
}

TEST(Mdadm, AnEmptyFileSaysNothing) {
  const std::string text = test::read_files("mdadm", {{"proc/mdstat", ""}});
  EXPECT_EQ(text, "");
}

TEST(Mdadm, OneUnreadableArrayHidesNoOther) {
  const std::string text = test::read_files("mdadm", {{"proc/mdstat",
                                                       "md0 : active raid1 a[0]\n      what [2/x] [UU]\n\nmd1 : active "
                                                       "raid1 a[0] b[1]\n      10 blocks [2/1] [U_]\n"}});
  EXPECT_EQ(text, R"(# node_md_disks_required gauge
node_md_disks_required{device="md1"} 2
# node_md_disks gauge
node_md_disks{device="md1",state="active"} 1
node_md_disks{device="md1",state="failed"} 0
node_md_disks{device="md1",state="spare"} 0
# node_md_state gauge
node_md_state{device="md1",state="active"} 1
node_md_state{device="md1",state="inactive"} 0
node_md_state{device="md1",state="recovering"} 0
node_md_state{device="md1",state="resync"} 0
node_md_state{device="md1",state="check"} 0
# node_md_blocks gauge
node_md_blocks{device="md1"} 10
# node_md_blocks_synced gauge
node_md_blocks_synced{device="md1"} 10
error: TREE/proc/mdstat: cannot read "md0 : active raid1 a[0]"
)");
}

TEST(Mdadm, ACutFileIsAnError) {
  const std::string text = test::read_files("mdadm", {{"proc/mdstat", "md0 : active raid1 a[0]"}});
  EXPECT_EQ(text, "error: TREE/proc/mdstat: cannot read \"md0 : active raid1 a[0]\"\n");
}

TEST(Mdadm, ACutProgressIsAnError) {
  const std::string text = test::read_files(
      "mdadm",
      {{"proc/mdstat", "md0 : active raid1 a[0] b[1]\n      10 blocks [2/2] [UU]\n      [>...] recovery = 1.2% (12"}});
  EXPECT_EQ(text, "error: TREE/proc/mdstat: cannot read \"md0 : active raid1 a[0] b[1]\"\n");
}

TEST(Mdadm, GarbageIsAnError) {
  const std::string text = test::read_files("mdadm", {{"proc/mdstat", "\x01[[/](]"}});
  EXPECT_EQ(text, "error: TREE/proc/mdstat: cannot read \"\x01[[/](]\"\n");
}

TEST(Mdadm, ALastLineWithoutAnEndCounts) {
  const std::string text = test::read_files(
      "mdadm", {{"proc/mdstat", "md0 : active raid1 a[0] b[1]\n      10 blocks [2/2] [UU]\n      resync=DELAYED"}});
  EXPECT_EQ(text, R"(# node_md_disks_required gauge
node_md_disks_required{device="md0"} 2
# node_md_disks gauge
node_md_disks{device="md0",state="active"} 2
node_md_disks{device="md0",state="failed"} 0
node_md_disks{device="md0",state="spare"} 0
# node_md_state gauge
node_md_state{device="md0",state="active"} 0
node_md_state{device="md0",state="inactive"} 0
node_md_state{device="md0",state="recovering"} 0
node_md_state{device="md0",state="resync"} 1
node_md_state{device="md0",state="check"} 0
# node_md_blocks gauge
node_md_blocks{device="md0"} 10
# node_md_blocks_synced gauge
node_md_blocks_synced{device="md0"} 0
)");
}

}  // namespace
}  // namespace oreum::collect
