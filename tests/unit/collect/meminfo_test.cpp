#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_memory_MemTotal_bytes gauge
node_memory_MemTotal_bytes 1.6694693888e+10
# node_memory_MemFree_bytes gauge
node_memory_MemFree_bytes 2.192351232e+09
# node_memory_MemAvailable_bytes gauge
node_memory_MemAvailable_bytes 1.001598976e+10
# node_memory_Buffers_bytes gauge
node_memory_Buffers_bytes 5.24640256e+08
# node_memory_Cached_bytes gauge
node_memory_Cached_bytes 7.10053888e+09
# node_memory_SwapCached_bytes gauge
node_memory_SwapCached_bytes 4.194304e+06
# node_memory_Active_bytes gauge
node_memory_Active_bytes 5.24322816e+09
# node_memory_Inactive_bytes gauge
node_memory_Inactive_bytes 7.384072192e+09
# node_memory_Active_anon_bytes gauge
node_memory_Active_anon_bytes 3.08348928e+09
# node_memory_Inactive_anon_bytes gauge
node_memory_Inactive_anon_bytes 1.845600256e+09
# node_memory_Active_file_bytes gauge
node_memory_Active_file_bytes 2.15973888e+09
# node_memory_Inactive_file_bytes gauge
node_memory_Inactive_file_bytes 5.538471936e+09
# node_memory_Unevictable_bytes gauge
node_memory_Unevictable_bytes 65536
# node_memory_SwapTotal_bytes gauge
node_memory_SwapTotal_bytes 4.2949632e+09
# node_memory_SwapFree_bytes gauge
node_memory_SwapFree_bytes 3.2212224e+09
# node_memory_Dirty_bytes gauge
node_memory_Dirty_bytes 421888
# node_memory_Shmem_bytes gauge
node_memory_Shmem_bytes 2.06176256e+08
# node_memory_SReclaimable_bytes gauge
node_memory_SReclaimable_bytes 4.11762688e+08
# node_memory_VmallocTotal_bytes gauge
node_memory_VmallocTotal_bytes 3.5184372087808e+13
# node_memory_HugePages_Total gauge
node_memory_HugePages_Total 8
# node_memory_HugePages_Free gauge
node_memory_HugePages_Free 6
# node_memory_Hugepagesize_bytes gauge
node_memory_Hugepagesize_bytes 2.097152e+06
# node_memory_DirectMap4k_bytes gauge
node_memory_DirectMap4k_bytes 3.19840256e+08
# memory_usage_percent gauge
memory_usage_percent 40.00495111084722
# swap_usage_percent gauge
swap_usage_percent 25
)text";

TEST(Meminfo, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("meminfo", test::fixture("host-a")), kExpected); }

TEST(Meminfo, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("meminfo", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Meminfo, KernelsThatDoNotSayWhatIsAvailable) {
  const test::TempDir tree;
  tree.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 100 kB\n");
  EXPECT_EQ(test::read_tree("meminfo", tree.path()),
            "# node_memory_MemTotal_bytes gauge\nnode_memory_MemTotal_bytes 1.024e+06\n"
            "# node_memory_MemFree_bytes gauge\nnode_memory_MemFree_bytes 102400\n"
            "# node_memory_Buffers_bytes gauge\nnode_memory_Buffers_bytes 51200\n"
            "# node_memory_Cached_bytes gauge\nnode_memory_Cached_bytes 102400\n"
            "# memory_usage_percent gauge\nmemory_usage_percent 75\n");
}

TEST(Meminfo, WithoutSwapNothingOfItIsUsed) {
  const test::TempDir tree;
  tree.write("proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
  test::CollectTree run("meminfo", tree.path());
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("swap_usage_percent"), 0);
  EXPECT_FALSE(run.values().contains("memory_usage_percent"));
}

TEST(Meminfo, AFieldWithoutANumberIsAnError) {
  const test::TempDir tree;
  tree.write("proc/meminfo", "MemTotal: 10 kB\nMemFree:\n");
  test::CollectTree run("meminfo", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 1U);
}

TEST(Meminfo, AFieldThatCannotBeNamedIsAnError) {
  const test::TempDir tree;
  tree.write("proc/meminfo", "Mem Total\x01: 10 kB\n");
  test::CollectTree run("meminfo", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
