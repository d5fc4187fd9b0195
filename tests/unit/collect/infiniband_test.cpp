#include <gtest/gtest.h>

#include "unit/collect/hardware_tree.h"

namespace oreum::collect {
namespace {

TEST(Infiniband, ShowsWhatNodeExporterShows) {
  EXPECT_EQ(test::read_hardware("infiniband"), test::expected_hardware("infiniband"));
}

TEST(Infiniband, AMachineWithoutItIsNoData) { EXPECT_EQ(test::read_files("infiniband", {}), "error: no data\n"); }

TEST(Infiniband, PortsSayWhatTheyCan) {
  const std::string text =
      test::read_files("infiniband", {{"sys/class/infiniband/m/ports/1/state", "ACTIVE"},
                                      {"sys/class/infiniband/m/ports/1/phys_state", "5: LinkUp"},
                                      {"sys/class/infiniband/m/ports/1/rate", "fast"},
                                      {"sys/class/infiniband/m/ports/1/counters/link_downed", "-1"},
                                      {"sys/class/infiniband/m/ports/1/counters/port_rcv_data", "7"},
                                      {"sys/class/infiniband/n/x", ""}});
  EXPECT_EQ(text, R"(# node_infiniband_info gauge
node_infiniband_info{device="m"} 1
# node_infiniband_physical_state_id gauge
node_infiniband_physical_state_id{device="m",port="1"} 5
# node_infiniband_port_data_received_bytes_total counter
node_infiniband_port_data_received_bytes_total{device="m",port="1"} 28
# node_infiniband_info gauge
node_infiniband_info{device="n"} 1
)");
}

TEST(Infiniband, ARateOutOfReachIsNone) {
  const std::string text = test::read_files("infiniband", {{"sys/class/infiniband/m/ports/1/rate", "-1 Gb/sec"},
                                                           {"sys/class/infiniband/m/ports/2/rate", "1e300 Gb/sec"},
                                                           {"sys/class/infiniband/m/ports/3/rate", "NaN Gb/sec"},
                                                           {"sys/class/infiniband/m/ports/4/rate", ""}});
  EXPECT_EQ(text, R"(# node_infiniband_info gauge
node_infiniband_info{device="m"} 1
)");
}

}  // namespace
}  // namespace oreum::collect
