#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(PowerSupplyClass, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("powersupplyclass"), test::expected_hardware("powersupplyclass"));
}

TEST(PowerSupplyClass, AMachineWithoutItIsNoData) {
  EXPECT_EQ(test::read_files("powersupplyclass", {}), "error: no data\n");
}

TEST(PowerSupplyClass, OnlyReadableNumbersAreShown) {
  const std::string text = test::read_files("powersupplyclass", {{"sys/class/power_supply/BAT1/temp", "-401\n"},
                                                                 {"sys/class/power_supply/BAT1/capacity", "eighty"},
                                                                 {"sys/class/power_supply/BAT1/energy_now", ""},
                                                                 {"sys/class/power_supply/BAT1/power_now", "/"},
                                                                 {"sys/class/power_supply/BAT1/status", "/"}});
  EXPECT_EQ(text, R"(# node_power_supply_temp_celsius gauge
node_power_supply_temp_celsius{power_supply="BAT1"} -40.1
# node_power_supply_info gauge
node_power_supply_info{power_supply="BAT1"} 1
)");
}

}  // namespace
}  // namespace oreum::collect
