#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(FibreChannel, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("fibrechannel"), test::expected_hardware("fibrechannel"));
}

TEST(FibreChannel, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("fibrechannel", {}), "error: no data\n"); }

}  // namespace
}  // namespace oreum::collect
