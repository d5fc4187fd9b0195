#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Nvme, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("nvme"), test::expected_hardware("nvme")); }

TEST(Nvme, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("nvme", {}), "error: no data\n"); }

TEST(Nvme, MissingFieldsAreEmpty) {
  const std::string text = test::read_files(
      "nvme",
      {{"sys/class/nvme/nvme0/model", "/"}, {"sys/class/nvme/nvme0/state", "live\n"}, {"sys/class/nvme/nvme1/x", ""}});
  EXPECT_EQ(text, R"(# node_nvme_info gauge
node_nvme_info{device="nvme0",state="live"} 1
node_nvme_info{device="nvme1"} 1
)");
}

}  // namespace
}  // namespace oreum::collect
