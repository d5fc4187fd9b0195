#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Nfsd, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("nfsd"), test::expected_hardware("nfsd")); }

TEST(Nfsd, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("nfsd", {}), "error: no data\n"); }

TEST(Nfsd, GarbageIsAnError) {
  const std::string text = test::read_files("nfsd", {{"proc/net/rpc/nfsd", "rc x\n"}});
  EXPECT_EQ(text, "error: TREE/proc/net/rpc/nfsd: expected lines of a name and numbers\n");
}

TEST(Nfsd, AnEmptyFileIsAnError) {
  const std::string text = test::read_files("nfsd", {{"proc/net/rpc/nfsd", ""}});
  EXPECT_EQ(text, "error: TREE/proc/net/rpc/nfsd: expected lines of a name and numbers\n");
}

}  // namespace
}  // namespace oreum::collect
