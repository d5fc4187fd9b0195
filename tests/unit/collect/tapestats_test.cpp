#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Tapestats, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("tapestats"), test::expected_hardware("tapestats"));
}

TEST(Tapestats, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("tapestats", {}), "error: no data\n"); }

TEST(Tapestats, OtherModesOfADriveAreNotShown) {
  const std::string text = test::read_files("tapestats", {{"sys/class/scsi_tape/nst0/stats/in_flight", "1"},
                                                          {"sys/class/scsi_tape/st0l/stats/in_flight", "1"}});
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace oreum::collect
