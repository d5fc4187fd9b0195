#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Nfs, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("nfs"), test::expected_hardware("nfs")); }

TEST(Nfs, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("nfs", {}), "error: no data\n"); }

TEST(Nfs, GarbageIsAnError) {
  const std::string text = test::read_files("nfs", {{"proc/net/rpc/nfs", "net a b c d\n"}});
  EXPECT_EQ(text, "error: TREE/proc/net/rpc/nfs: cannot read its lines net and rpc\n");
}

TEST(Nfs, AnEmptyFileIsAnError) {
  const std::string text = test::read_files("nfs", {{"proc/net/rpc/nfs", ""}});
  EXPECT_EQ(text, "error: TREE/proc/net/rpc/nfs: cannot read its lines net and rpc\n");
}

}  // namespace
}  // namespace oreum::collect
