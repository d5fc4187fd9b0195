#include <gtest/gtest.h>

#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

// Checked against node_exporter 1.5.0 over the same tree.
constexpr std::string_view kExpected = R"text(# node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="user"} 710.2
node_cpu_seconds_total{cpu="0",mode="nice"} 3.01
node_cpu_seconds_total{cpu="0",mode="system"} 229.55
node_cpu_seconds_total{cpu="0",mode="idle"} 22956.83
node_cpu_seconds_total{cpu="0",mode="iowait"} 50.78
node_cpu_seconds_total{cpu="0",mode="irq"} 0
node_cpu_seconds_total{cpu="0",mode="softirq"} 28.1
node_cpu_seconds_total{cpu="0",mode="steal"} 2.03
node_cpu_seconds_total{cpu="1",mode="user"} 711
node_cpu_seconds_total{cpu="1",mode="nice"} 3
node_cpu_seconds_total{cpu="1",mode="system"} 229.5
node_cpu_seconds_total{cpu="1",mode="idle"} 22956.9
node_cpu_seconds_total{cpu="1",mode="iowait"} 50.77
node_cpu_seconds_total{cpu="1",mode="irq"} 0
node_cpu_seconds_total{cpu="1",mode="softirq"} 1.1
node_cpu_seconds_total{cpu="1",mode="steal"} 2.03
node_cpu_seconds_total{cpu="2",mode="user"} 710.9
node_cpu_seconds_total{cpu="2",mode="nice"} 3.02
node_cpu_seconds_total{cpu="2",mode="system"} 229.6
node_cpu_seconds_total{cpu="2",mode="idle"} 22956.8
node_cpu_seconds_total{cpu="2",mode="iowait"} 50.79
node_cpu_seconds_total{cpu="2",mode="irq"} 0
node_cpu_seconds_total{cpu="2",mode="softirq"} 1
node_cpu_seconds_total{cpu="2",mode="steal"} 2.03
node_cpu_seconds_total{cpu="3",mode="user"} 711
node_cpu_seconds_total{cpu="3",mode="nice"} 3.01
node_cpu_seconds_total{cpu="3",mode="system"} 229.57
node_cpu_seconds_total{cpu="3",mode="idle"} 22956.81
node_cpu_seconds_total{cpu="3",mode="iowait"} 50.77
node_cpu_seconds_total{cpu="3",mode="irq"} 0
node_cpu_seconds_total{cpu="3",mode="softirq"} 1
node_cpu_seconds_total{cpu="3",mode="steal"} 2.03
# node_cpu_guest_seconds_total counter
node_cpu_guest_seconds_total{cpu="0",mode="user"} 11
node_cpu_guest_seconds_total{cpu="0",mode="nice"} 0.05
node_cpu_guest_seconds_total{cpu="1",mode="user"} 11
node_cpu_guest_seconds_total{cpu="1",mode="nice"} 0.05
node_cpu_guest_seconds_total{cpu="2",mode="user"} 11
node_cpu_guest_seconds_total{cpu="2",mode="nice"} 0.05
node_cpu_guest_seconds_total{cpu="3",mode="user"} 11
node_cpu_guest_seconds_total{cpu="3",mode="nice"} 0.05
# node_cpu_package_throttles_total counter
node_cpu_package_throttles_total{package="0"} 31
# node_cpu_core_throttles_total counter
node_cpu_core_throttles_total{core="0",package="0"} 0
node_cpu_core_throttles_total{core="1",package="0"} 5
# node_cpu_isolated gauge
node_cpu_isolated{cpu="2"} 1
node_cpu_isolated{cpu="3"} 1
)text";

TEST(Cpu, ReadsTheFixtureMachine) { EXPECT_EQ(test::read_tree("cpu", test::fixture("host-a")), kExpected); }

TEST(Cpu, NothingThereIsAnError) {
  const test::TempDir tree;
  test::CollectTree run("cpu", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kNotFound);
  EXPECT_TRUE(run.values().empty());
}

TEST(Cpu, UsageIsTheShareOfTicksBetweenTwoReadings) {
  const test::TempDir tree;
  test::CollectTree run("cpu", tree.path());
  tree.write("proc/stat", "cpu  0\ncpu0 100 0 100 800 0 0 0 0 0 0\ncpu1 0 0 0 1000 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains("cpu_usage_percent"));
  // cpu0: 60 busy of 100 (the guest's 30 are in user already); cpu1: 0 of 100, half of it waiting for a disk.
  tree.write("proc/stat", "cpu  0\ncpu0 130 0 120 840 0 0 0 10 30 0\ncpu1 0 0 0 1050 50 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("cpu_usage_percent"), 30);
  EXPECT_EQ(run.values().at(R"(cpu_core_usage_percent{cpu="0"})"), 60);
  EXPECT_EQ(run.values().at(R"(cpu_core_usage_percent{cpu="1"})"), 0);
  // No tick has passed: the last share stands.
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("cpu_usage_percent"), 30);
}

TEST(Cpu, ACounterThatGoesBackALittleStands) {
  const test::TempDir tree;
  test::CollectTree run("cpu", tree.path());
  tree.write("proc/stat", "cpu0 100 0 0 800 50 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  tree.write("proc/stat", "cpu0 150 0 0 850 40 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_cpu_seconds_total{cpu="0",mode="iowait"})"), 0.5);
  EXPECT_EQ(run.values().at("cpu_usage_percent"), 50);
}

TEST(Cpu, ACpuThatCameAgainStartsAnew) {
  const test::TempDir tree;
  test::CollectTree run("cpu", tree.path());
  tree.write("proc/stat", "cpu0 100 0 0 8000 0 0 0 0 0 0\ncpu1 500 0 0 9000 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  tree.write("proc/stat", "cpu0 200 0 0 8300 0 0 0 0 0 0\ncpu1 1 0 0 10 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("cpu_usage_percent"), 25);
  EXPECT_EQ(run.values().at(R"(node_cpu_seconds_total{cpu="1",mode="idle"})"), 0.1);
  EXPECT_FALSE(run.values().contains(R"(cpu_core_usage_percent{cpu="1"})"));
  tree.write("proc/stat", "cpu0 200 0 0 8300 0 0 0 0 0 0\n");
  ASSERT_TRUE(run.collect());
  EXPECT_FALSE(run.values().contains(R"(node_cpu_seconds_total{cpu="1",mode="idle"})"));
}

TEST(Cpu, OldKernelsWriteFewerFieldsAndNewOnesMore) {
  const test::TempDir tree;
  test::CollectTree run("cpu", tree.path());
  tree.write("proc/stat", "cpu0 1 2 3 4\ncpu1 1 2 3 4 5 6 7 8 9 10 11 12\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_cpu_seconds_total{cpu="0",mode="steal"})"), 0);
  EXPECT_EQ(run.values().at(R"(node_cpu_guest_seconds_total{cpu="1",mode="nice"})"), 0.1);
  tree.write("proc/stat", "cpu0 1 2 3 18446744073709551615\n");
  ASSERT_TRUE(run.collect());
  EXPECT_EQ(run.values().at(R"(node_cpu_seconds_total{cpu="0",mode="idle"})"), 184467440737095516.15);
}

TEST(Cpu, ALineWithoutNumbersIsAnError) {
  const test::TempDir tree;
  tree.write("proc/stat", "cpu  1 2 3 4\ncpu0 1 2 x 4\n");
  test::CollectTree run("cpu", tree.path());
  const Status status = run.collect();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kUnavailable);
  EXPECT_EQ(run.values().size(), 0U);
}

}  // namespace
}  // namespace oreum::collect
