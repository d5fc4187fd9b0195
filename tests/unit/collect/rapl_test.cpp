#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Rapl, ShowsWhatNodeExporterShows) { EXPECT_EQ(test::read_hardware("rapl"), test::expected_hardware("rapl")); }

TEST(Rapl, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("rapl", {}), "error: no data\n"); }

TEST(Rapl, EnergyThatOnlyRootMayReadIsNoData) {
  const std::string text = test::read_files("rapl", {{"sys/class/powercap/intel-rapl:0/name", "package-0\n"},
                                                     {"sys/class/powercap/intel-rapl:0/energy_uj", "/"}});
  EXPECT_EQ(text, "error: no data\n");
}

TEST(Rapl, NamesAreMadeMetricNamesAndCounted) {
  const std::string text = test::read_files("rapl", {{"sys/class/powercap/a/name", "psys io-x"},
                                                     {"sys/class/powercap/a/energy_uj", "1"},
                                                     {"sys/class/powercap/b/name", "dram"},
                                                     {"sys/class/powercap/b/energy_uj", "garbage"},
                                                     {"sys/class/powercap/c/name", "dram"},
                                                     {"sys/class/powercap/c/energy_uj", "2500000\n"}});
  EXPECT_EQ(text, R"(# node_rapl_psys_io_x_joules_total counter
node_rapl_psys_io_x_joules_total{index="0",path="TREE/sys/class/powercap/a"} 1e-06
# node_rapl_dram_joules_total counter
node_rapl_dram_joules_total{index="1",path="TREE/sys/class/powercap/c"} 2.5
)");
}

}  // namespace
}  // namespace oreum::collect
