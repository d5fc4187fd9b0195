#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Zfs, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("zfs"), test::expected_hardware("zfs")); }

TEST(Zfs, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("zfs", {}), "error: no data\n"); }

TEST(Zfs, AFileThatIsNoKstatIsAnError) {
  const std::string text =
      test::read_files("zfs", {{"proc/spl/kstat/zfs/arcstats", "garbage\n"},
                               {"proc/spl/kstat/zfs/zil", "name type data\nzil-x 4 7\nzil-y 4 -7\nzil-z 4\n"}});
  EXPECT_EQ(text, R"(# node_zfs_zil_zil_x untyped
node_zfs_zil_zil_x 7
error: TREE/proc/spl/kstat/zfs/arcstats: no kstat
)");
}

TEST(Zfs, APoolSaysWhatItCan) {
  const std::string text = test::read_files("zfs", {{"proc/spl/kstat/zfs/p/state", ""},
                                                    {"proc/spl/kstat/zfs/p/io", "1 2\nnread nwritten\n7 x\n"},
                                                    {"proc/spl/kstat/zfs/p/objset-1", "name type data\nreads 4 1\n"},
                                                    {"proc/spl/kstat/zfs/p/txgs", "x"}});
  EXPECT_EQ(text, R"(# node_zfs_zpool_nread untyped
node_zfs_zpool_nread{zpool="p"} 7
# node_zfs_zpool_dataset_reads untyped
node_zfs_zpool_dataset_reads{zpool="p"} 1
# node_zfs_zpool_state gauge
node_zfs_zpool_state{state="online",zpool="p"} 0
node_zfs_zpool_state{state="degraded",zpool="p"} 0
node_zfs_zpool_state{state="faulted",zpool="p"} 0
node_zfs_zpool_state{state="offline",zpool="p"} 0
node_zfs_zpool_state{state="removed",zpool="p"} 0
node_zfs_zpool_state{state="unavail",zpool="p"} 0
error: TREE/proc/spl/kstat/zfs/io: no kstat
)");
}

}  // namespace
}  // namespace oreum::collect
