#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Xfs, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("xfs"), test::expected_hardware("xfs")); }

TEST(Xfs, AMachineWithoutItShowsNothing) { EXPECT_EQ(test::read_files("xfs", {}), ""); }

TEST(Xfs, ACutFileShowsWhatIsWhole) {
  const std::string text = test::read_files("xfs", {{"sys/fs/xfs/sda/stats/stats", "extent_alloc 1 2 3 4\nrw 5"},
                                                    {"sys/fs/xfs/sdb/stats/stats", ""},
                                                    {"sys/fs/xfs/stats/stats", "rw 1 2\n"}});
  EXPECT_EQ(text, R"(# node_xfs_extent_allocation_extents_allocated_total counter
node_xfs_extent_allocation_extents_allocated_total{device="sda"} 1
# node_xfs_extent_allocation_blocks_allocated_total counter
node_xfs_extent_allocation_blocks_allocated_total{device="sda"} 2
# node_xfs_extent_allocation_extents_freed_total counter
node_xfs_extent_allocation_extents_freed_total{device="sda"} 3
# node_xfs_extent_allocation_blocks_freed_total counter
node_xfs_extent_allocation_blocks_freed_total{device="sda"} 4
# node_xfs_write_calls_total counter
node_xfs_write_calls_total{device="sda"} 5
)");
}

TEST(Xfs, GarbageOnOneDeviceHidesNoOther) {
  const std::string text = test::read_files(
      "xfs", {{"sys/fs/xfs/sda/stats/stats", "rw many few\n"}, {"sys/fs/xfs/sdb/stats/stats", "rw 1 2\n"}});
  EXPECT_EQ(text, R"(# node_xfs_write_calls_total counter
node_xfs_write_calls_total{device="sdb"} 1
# node_xfs_read_calls_total counter
node_xfs_read_calls_total{device="sdb"} 2
error: TREE/sys/fs/xfs/sda/stats/stats
)");
}

}  // namespace
}  // namespace oreum::collect
