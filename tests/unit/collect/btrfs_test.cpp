#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Btrfs, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("btrfs"), test::expected_hardware("btrfs")); }

TEST(Btrfs, AMachineWithoutItShowsNothing) { EXPECT_EQ(test::read_files("btrfs", {}), ""); }

TEST(Btrfs, WhatTheKernelDoesNotSayIsZero) {
  const std::string text =
      test::read_files("btrfs", {{"sys/fs/btrfs/features/x", "1"},
                                 {"sys/fs/btrfs/0a-1b/label", "a \"b\"\n"},
                                 {"sys/fs/btrfs/0a-1b/allocation/data/raid1c3/used_bytes", "garbage"},
                                 {"sys/fs/btrfs/0a-1b/allocation/data/odd/total_bytes", "7"}});
  EXPECT_EQ(text, R"(# node_btrfs_info gauge
node_btrfs_info{label="a \"b\"",uuid="0a-1b"} 1
# node_btrfs_global_rsv_size_bytes gauge
node_btrfs_global_rsv_size_bytes{uuid="0a-1b"} 0
# node_btrfs_reserved_bytes gauge
node_btrfs_reserved_bytes{block_group_type="data",uuid="0a-1b"} 0
# node_btrfs_used_bytes gauge
node_btrfs_used_bytes{block_group_type="data",mode="odd",uuid="0a-1b"} 0
# node_btrfs_size_bytes gauge
node_btrfs_size_bytes{block_group_type="data",mode="odd",uuid="0a-1b"} 7
# node_btrfs_allocation_ratio gauge
node_btrfs_allocation_ratio{block_group_type="data",mode="odd",uuid="0a-1b"} 0
# node_btrfs_used_bytes gauge
node_btrfs_used_bytes{block_group_type="data",mode="raid1c3",uuid="0a-1b"} 0
# node_btrfs_size_bytes gauge
node_btrfs_size_bytes{block_group_type="data",mode="raid1c3",uuid="0a-1b"} 0
# node_btrfs_allocation_ratio gauge
node_btrfs_allocation_ratio{block_group_type="data",mode="raid1c3",uuid="0a-1b"} 3
# node_btrfs_reserved_bytes gauge
node_btrfs_reserved_bytes{block_group_type="metadata",uuid="0a-1b"} 0
node_btrfs_reserved_bytes{block_group_type="system",uuid="0a-1b"} 0
)");
}

TEST(Btrfs, AMountThatIsNoBtrfsTellsNothingOfDevices) {
  const std::string text = test::read_files(
      "btrfs", {{"proc/1/mounts",
                 "/dev/sda / btrfs rw 0 0\n/dev/sdb /a\\040b btrfs rw 0 0\n/dev/sdc /gone btrfs rw 0 0\nshort\n"},
                {"root/a b/x", ""},
                {"sys/fs/btrfs/a-b/devices/sda/size", "8"}});
  EXPECT_NE(text.find("node_btrfs_device_size_bytes{device=\"sda\",uuid=\"a-b\"} 4096\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace oreum::collect
