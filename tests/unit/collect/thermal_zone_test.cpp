#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(ThermalZone, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("thermal_zone"), test::expected_hardware("thermal_zone"));
}

TEST(ThermalZone, AMachineWithoutItShowsNothing) { EXPECT_EQ(test::read_files("thermal_zone", {}), ""); }

TEST(ThermalZone, ASleepingZoneIsLeftOut) {
  const std::string text = test::read_files("thermal_zone", {{"sys/class/thermal/thermal_zone0/type", "acpitz"},
                                                             {"sys/class/thermal/thermal_zone0/temp", "/"},
                                                             {"sys/class/thermal/thermal_zone1/type", "cpu"},
                                                             {"sys/class/thermal/thermal_zone1/temp", "-273150\n"},
                                                             {"sys/class/thermal/thermal_zone2/temp", "1000"},
                                                             {"sys/class/thermal/cooling_device0/type", "Fan"},
                                                             {"sys/class/thermal/cooling_device0/max_state", "many"},
                                                             {"sys/class/thermal/cooling_device0/cur_state", "-1"}});
  EXPECT_EQ(text, R"(# node_thermal_zone_temp gauge
node_thermal_zone_temp{type="cpu",zone="1"} -273.15
# node_cooling_device_cur_state gauge
node_cooling_device_cur_state{name="0",type="Fan"} -1
)");
}

}  // namespace
}  // namespace oreum::collect
