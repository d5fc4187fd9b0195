#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Bonding, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("bonding"), test::expected_hardware("bonding"));
}

TEST(Bonding, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("bonding", {}), "error: no data\n"); }

TEST(Bonding, AMasterWithoutAFolderIsLeftOut) {
  const std::string text = test::read_files(
      "bonding", {{"sys/class/net/bonding_masters", "bond0 bond1\n"}, {"sys/class/net/bond1/bonding/slaves", ""}});
  EXPECT_EQ(text, R"(# node_bonding_slaves gauge
node_bonding_slaves{master="bond1"} 0
# node_bonding_active gauge
node_bonding_active{master="bond1"} 0
)");
}

TEST(Bonding, ASlaveWithoutAStateIsNotActive) {
  const std::string text = test::read_files("bonding", {{"sys/class/net/bonding_masters", "b"},
                                                        {"sys/class/net/b/bonding/slaves", "eth0 eth1"},
                                                        {"sys/class/net/b/lower_eth0/bonding_slave/mii_status", "up"},
                                                        {"sys/class/net/b/lower_eth1/bonding_slave/mii_status", "/"}});
  EXPECT_EQ(text, R"(# node_bonding_slaves gauge
node_bonding_slaves{master="b"} 2
# node_bonding_active gauge
node_bonding_active{master="b"} 1
)");
}

TEST(Bonding, NoMastersNoSeries) {
  const std::string text = test::read_files("bonding", {{"sys/class/net/bonding_masters", ""}});
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace oreum::collect
