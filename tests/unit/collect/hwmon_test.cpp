#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Hwmon, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("hwmon"), test::expected_hardware("hwmon")); }

TEST(Hwmon, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("hwmon", {}), "error: no data\n"); }

TEST(Hwmon, SensorsThatDoNotAnswerAreLeftOut) {
  const std::string text = test::read_files("hwmon", {{"sys/class/hwmon/hwmon0/name", "lm90"},
                                                      {"sys/class/hwmon/hwmon0/temp1_input", "/"},
                                                      {"sys/class/hwmon/hwmon0/temp2_input", ""},
                                                      {"sys/class/hwmon/hwmon0/temp3_input", "hot"},
                                                      {"sys/class/hwmon/hwmon0/temp4_input", "-40000\n"},
                                                      {"sys/class/hwmon/hwmon0/temp4_", "1"},
                                                      {"sys/class/hwmon/hwmon0/temp5x_input", "1"},
                                                      {"sys/class/hwmon/hwmon0/beep_enable", "0\n"},
                                                      {"sys/class/hwmon/hwmon0/temp99999999999999999999_input", "1"}});
  EXPECT_EQ(text, R"(# node_hwmon_chip_names gauge
node_hwmon_chip_names{chip="lm90",chip_name="lm90"} 1
# node_hwmon_beep_enabled gauge
node_hwmon_beep_enabled{chip="lm90",sensor="beep_enable0"} 0
# node_hwmon_temp_celsius gauge
node_hwmon_temp_celsius{chip="lm90",sensor="temp4"} -40
)");
}

TEST(Hwmon, AFileAmongTheChipsIsNone) {
  const std::string text = test::read_files("hwmon", {{"sys/class/hwmon/x", ""}});
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace oreum::collect
