#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "collect/linux/process_groups.h"
#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

TEST(Processes, CountsStatesAndSumsByName) {
  ASSERT_EQ(::sysconf(_SC_CLK_TCK), 100);
  ASSERT_EQ(::sysconf(_SC_PAGESIZE), 4096);
  EXPECT_EQ(test::read_tree("processes", test::fixture("host-containers")),
            "# node_processes_threads gauge\nnode_processes_threads 16\n"
            "# node_processes_state gauge\n"
            "node_processes_state{state=\"I\"} 2\nnode_processes_state{state=\"R\"} 1\n"
            "node_processes_state{state=\"S\"} 4\nnode_processes_state{state=\"Z\"} 1\n"
            "# node_processes_pids gauge\nnode_processes_pids 8\n"
            "# node_process_cpu_seconds_total counter\n"
            "node_process_cpu_seconds_total{name=\"kthreadd\"} 0.05\n"
            "node_process_cpu_seconds_total{name=\"kworker\"} 1\n"
            "node_process_cpu_seconds_total{name=\"postgres\"} 70\n"
            "node_process_cpu_seconds_total{name=\"systemd\"} 8.93\n"
            "node_process_cpu_seconds_total{name=\"web (worker) 1\"} 0.42\n"
            "# node_process_resident_memory_bytes gauge\n"
            "node_process_resident_memory_bytes{name=\"kthreadd\"} 0\n"
            "node_process_resident_memory_bytes{name=\"kworker\"} 0\n"
            "node_process_resident_memory_bytes{name=\"postgres\"} 1.80224e+08\n"
            "node_process_resident_memory_bytes{name=\"systemd\"} 1.2288e+07\n"
            "node_process_resident_memory_bytes{name=\"web (worker) 1\"} 2.8672e+07\n"
            "# node_process_count gauge\n"
            "node_process_count{name=\"kthreadd\"} 1\nnode_process_count{name=\"kworker\"} 2\n"
            "node_process_count{name=\"postgres\"} 2\nnode_process_count{name=\"systemd\"} 1\n"
            "node_process_count{name=\"web (worker) 1\"} 1\n"
            "# node_processes_max_threads gauge\nnode_processes_max_threads 127731\n"
            "# node_processes_max_processes gauge\nnode_processes_max_processes 4.194304e+06\n");
}

TEST(Processes, WithoutProcessesThereIsNoData) {
  const test::TempDir tree;
  test::CollectTree missing("processes", tree.path());
  EXPECT_EQ(missing.collect().error().code(), Code::kNotFound);
  tree.write("proc/1/stat", "");
  tree.write("proc/2/stat", "2 (trunc) S 1 2 3");
  tree.write("proc/3/stat", "3 no brackets S");
  tree.write("proc/4/stat", std::string("\0)\xff(", 4));
  tree.write("proc/5/other", "");
  tree.write("proc/99999999999999999999/stat", "");
  EXPECT_EQ(missing.collect().error().code(), Code::kNotFound);
}

TEST(Processes, AMissingLimitKeepsTheRest) {
  const test::TempDir tree;
  std::filesystem::copy(test::fixture("host-containers") / "proc", tree.path() / "proc",
                        std::filesystem::copy_options::recursive);
  tree.write("proc/sys/kernel/threads-max", "many\n");
  test::CollectTree run("processes", tree.path());
  EXPECT_FALSE(run.collect());
  EXPECT_EQ(run.values().at("node_processes_pids"), 8);
}

RC_GTEST_PROP(Processes, GarbageIsNoLineOfStat, (std::string text)) { parse_process_stat("1 (x) " + text); }

TEST(Processes, OneThatSleptIsAskedSeldomAndItsTimeIsCountedLater) {
  const test::TempDir tree;
  std::filesystem::copy(test::fixture("host-containers") / "proc", tree.path() / "proc",
                        std::filesystem::copy_options::recursive);
  const auto stat = [](int ticks) {
    return fmt::format("77 (job) S 1 77 77 0 -1 4194304 0 0 0 0 {} 0 0 0 20 0 1 0 5000 1000000 100 0 0 0\n", ticks);
  };
  tree.write("proc/77/stat", stat(100));
  test::CollectTree run("processes", tree.path());
  const auto seconds = [&] {
    EXPECT_TRUE(run.collect());
    return run.values().at("node_process_cpu_seconds_total{name=\"job\"}");
  };
  EXPECT_EQ(seconds(), 1);
  tree.write("proc/77/stat", stat(200));
  EXPECT_EQ(seconds(), 2) << "an active one is asked each time";
  for (int pass = 0; pass < 10; ++pass) seconds();
  tree.write("proc/77/stat", stat(300));
  int passes = 1;
  while (seconds() != 3 && passes < 20) ++passes;
  EXPECT_LE(passes, 4);
  std::filesystem::remove_all(tree.path() / "proc/77");
  const double pids = run.values().at("node_processes_pids");
  EXPECT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("node_processes_pids"), pids - 1) << "one that ended is gone at once";
}

ProcessStat process(std::string_view name, uint64_t ticks, uint64_t start = 1, uint64_t pages = 0) {
  ProcessStat stat;
  stat.name = name;
  stat.cpu_ticks = ticks;
  stat.start_ticks = start;
  stat.resident_pages = pages;
  return stat;
}

TEST(ProcessGroups, TheCounterOfANameNeverFalls) {
  ProcessGroups groups(5);
  groups.begin();
  groups.add(1, process("a", 100));
  groups.add(2, process("a", 50));
  groups.end();
  EXPECT_EQ(groups.groups().at("a").cpu_ticks, 150U);
  groups.begin();  // 2 ended; its pid went to another process
  groups.add(1, process("a", 110));
  groups.add(2, process("a", 3, 99));
  groups.add(2, process("a", 3, 99));  // listed twice
  groups.end();
  EXPECT_EQ(groups.groups().at("a").cpu_ticks, 163U);
  EXPECT_EQ(groups.groups().at("a").processes, 2U);
  groups.begin();  // 1 became b by exec
  groups.add(1, process("b", 120));
  groups.end();
  EXPECT_EQ(groups.groups().at("a").cpu_ticks, 163U);
  EXPECT_EQ(groups.groups().at("b").cpu_ticks, 10U);
}

TEST(ProcessGroups, ANameAtTheEdgeDoesNotComeAndGo) {
  ProcessGroups groups(1);
  uint64_t a = 0;
  uint64_t b = 0;
  for (int pass = 0; pass < 50; ++pass) {
    groups.begin();
    groups.add(1, process("a", a += pass % 2 == 0 ? 100 : 10));
    groups.add(2, process("b", b += pass % 2 == 0 ? 10 : 100));
    groups.end();
    EXPECT_TRUE(groups.groups().at("a").shown);
    EXPECT_TRUE(pass == 0 || groups.groups().at("b").shown);
  }
}

TEST(ProcessGroups, AShownNameOutlivesItsLastProcessForAWhileOnly) {
  ProcessGroups groups(3);
  groups.begin();
  groups.add(1, process("job", 100));
  groups.end();
  for (int pass = 0; pass < 6; ++pass) {
    groups.begin();
    groups.end();
    ASSERT_TRUE(groups.groups().contains("job"));
    EXPECT_EQ(groups.groups().at("job").cpu_ticks, 100U);
    EXPECT_TRUE(groups.groups().at("job").shown);
  }
  groups.begin();
  groups.end();
  EXPECT_TRUE(groups.groups().empty());
}

RC_GTEST_PROP(ProcessGroups, NeverShowsMoreThanFourTimesTheTop, ()) {
  ProcessGroups groups(3);
  for (int pass = 0; pass < 20; ++pass) {
    groups.begin();
    const auto count = *rc::gen::inRange<uint64_t>(0, 40);
    for (uint64_t pid = 0; pid < count; ++pid) {
      const auto name = fmt::format("p{}", *rc::gen::inRange(0, 100));
      groups.add(pid, process(name, *rc::gen::inRange<uint64_t>(0, 1000), *rc::gen::inRange<uint64_t>(0, 3),
                              *rc::gen::inRange<uint64_t>(0, 1000)));
    }
    groups.end();
    size_t shown = 0;
    for (const auto& [name, group] : groups.groups()) shown += group.shown ? 1 : 0;
    RC_ASSERT(shown <= 12U);
  }
}

}  // namespace
}  // namespace oreum::collect
