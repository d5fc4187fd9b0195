#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Dmi, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("dmi"), test::expected_hardware("dmi")); }

TEST(Dmi, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("dmi", {}), "error: no data\n"); }

TEST(Dmi, UnreadableFieldsAreLeftOut) {
  const std::string text = test::read_files("dmi", {{"sys/class/dmi/id/product_serial", "/"},
                                                    {"sys/class/dmi/id/sys_vendor", "Halla\n"},
                                                    {"sys/class/dmi/id/unknown", "x"}});
  EXPECT_EQ(text, R"(# node_dmi_info gauge
node_dmi_info{system_vendor="Halla"} 1
)");
}

TEST(Dmi, NoReadableFieldIsNoData) {
  const std::string text = test::read_files("dmi", {{"sys/class/dmi/id/product_serial", "/"}});
  EXPECT_EQ(text, "error: no data\n");
}

}  // namespace
}  // namespace oreum::collect
