#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_cpu_frequency_hertz gauge
node_cpu_frequency_hertz{cpu="0"} 1.2e+09
# node_cpu_frequency_min_hertz gauge
node_cpu_frequency_min_hertz{cpu="0"} 8e+08
node_cpu_frequency_min_hertz{cpu="1"} 8e+08
node_cpu_frequency_min_hertz{cpu="2"} 8e+08
node_cpu_frequency_min_hertz{cpu="3"} 8e+08
# node_cpu_frequency_max_hertz gauge
node_cpu_frequency_max_hertz{cpu="0"} 3.9e+09
node_cpu_frequency_max_hertz{cpu="1"} 3.9e+09
node_cpu_frequency_max_hertz{cpu="2"} 3.9e+09
node_cpu_frequency_max_hertz{cpu="3"} 3.9e+09
# node_cpu_scaling_frequency_hertz gauge
node_cpu_scaling_frequency_hertz{cpu="0"} 1.200344e+09
node_cpu_scaling_frequency_hertz{cpu="1"} 8e+08
node_cpu_scaling_frequency_hertz{cpu="2"} 3.599871e+09
node_cpu_scaling_frequency_hertz{cpu="3"} 1.900002e+09
# node_cpu_scaling_frequency_min_hertz gauge
node_cpu_scaling_frequency_min_hertz{cpu="0"} 8e+08
node_cpu_scaling_frequency_min_hertz{cpu="1"} 8e+08
node_cpu_scaling_frequency_min_hertz{cpu="2"} 8e+08
node_cpu_scaling_frequency_min_hertz{cpu="3"} 8e+08
# node_cpu_scaling_frequency_max_hertz gauge
node_cpu_scaling_frequency_max_hertz{cpu="0"} 3.6e+09
node_cpu_scaling_frequency_max_hertz{cpu="1"} 3.6e+09
node_cpu_scaling_frequency_max_hertz{cpu="2"} 3.6e+09
node_cpu_scaling_frequency_max_hertz{cpu="3"} 3.6e+09
)text";

TEST(Cpufreq, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("cpufreq", test::fixture("host-a")), kExpected); }

TEST(Cpufreq, NothingThereIsASuccess) {
  const test::TempDir tree;
  test::CollectTree run("cpufreq", tree.path());
  EXPECT_TRUE(run.collect());
  EXPECT_TRUE(run.values().empty());
}

}  // namespace
}  // namespace oreum::collect
