#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "collect/linux/cgroup_mounts.h"
#include "collect/linux/cgroup_tree.h"
#include "hostfs/text.h"
#include "support/collect_tree.h"
#include "support/temp_dir.h"

namespace oreum::collect {
namespace {

constexpr std::string_view kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// One reading, sorted, without what depends on when the files were made.
std::string read(test::CollectTree& run) {
  std::string out;
  const Status status = run.collect();
  if (!status) out += "error: " + status.error().message() + "\n";
  for (const auto& [series, value] : run.values()) {
    if (series.starts_with("container_start_time_seconds") || series.starts_with("container_last_seen")) continue;
    out += series + " ";
    append_double(out, value);
    out += "\n";
  }
  return out;
}

TEST(Cgroups, Version2) {
  test::CollectTree run("cgroups", test::fixture("host-containers"));
  const std::string text = read(run);
  const std::string docker = fmt::format("id=\"/system.slice/docker-{}.scope\",name=\"0123456789ab\"", kId);
  const auto expect = [&](std::string_view family, std::string_view labels, double value) {
    const std::string series = fmt::format("{}{{{}}}", family, labels);
    const auto values = run.values();
    ASSERT_TRUE(values.contains(series)) << series << "\n" << text;
    EXPECT_DOUBLE_EQ(values.at(series), value) << series;
  };
  expect("container_cpu_usage_seconds_total", "cpu=\"total\"," + docker, 2.5);
  expect("container_cpu_user_seconds_total", docker, 1.5);
  expect("container_cpu_system_seconds_total", docker, 1);
  expect("container_cpu_cfs_periods_total", docker, 40);
  expect("container_cpu_cfs_throttled_periods_total", docker, 3);
  expect("container_cpu_cfs_throttled_seconds_total", docker, 0.25);
  expect("container_spec_cpu_quota", docker, 50000);
  expect("container_spec_cpu_period", docker, 100000);
  expect("container_spec_cpu_shares", docker, 2597);
  expect("container_memory_usage_bytes", docker, 16000);
  expect("container_memory_working_set_bytes", docker, 13000);
  expect("container_memory_rss", docker, 4096);
  expect("container_memory_cache", docker, 8192);
  expect("container_memory_mapped_file", docker, 2048);
  expect("container_memory_swap", docker, 128);
  expect("container_memory_max_usage_bytes", docker, 20000);
  expect("container_memory_failcnt", docker, 7);
  expect("container_spec_memory_limit_bytes", docker, 1073741824);
  expect("container_processes", docker, 3);
  expect("container_threads", docker, 12);
  expect("container_threads_max", docker, 0);
  expect("container_fs_reads_bytes_total", "device=\"/dev/sda\"," + docker, 512);
  expect("container_fs_writes_bytes_total", "device=\"253:0\"," + docker, 9);
  expect("container_last_seen", docker, 1'700'000'000);
  EXPECT_GT(run.values().at(fmt::format("container_start_time_seconds{{{}}}", docker)), 1e9);
  expect("container_cpu_usage_seconds_total", "cpu=\"total\",id=\"/\"", 9);
  expect("container_cpu_user_seconds_total", "id=\"/system.slice\"", 0.00006);
  EXPECT_FALSE(run.values().contains("container_memory_usage_bytes{id=\"/\"}")) << "the root has none";
  EXPECT_EQ(run.values().at("oreum_collect_cgroups_left_out"), 0);
}

class CgroupsV1 : public testing::Test {
 protected:
  CgroupsV1() : run_("cgroups", tree_.path()) {
    tree_.write("proc/self/mountinfo",
                "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                "35 31 0:32 / /sys/fs/cgroup/memory rw shared:3 - cgroup cgroup rw,memory\n"
                "38 31 0:35 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
                "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
                "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  }
  void write(std::string_view controller, std::string_view file, std::string_view text) {
    tree_.write(fmt::format("sys/fs/cgroup/{}/docker/{}/{}", controller, kId, file), text);
  }
  test::TempDir tree_;
  test::CollectTree run_;
};

TEST_F(CgroupsV1, ReadsEachControllerWhereItIs) {
  write("cpu,cpuacct", "cpuacct.usage", "1500000000\n");
  write("cpu,cpuacct", "cpuacct.stat", "user 100\nsystem 40\n");
  write("cpu,cpuacct", "cpu.shares", "1024\n");
  write("cpu,cpuacct", "cpu.cfs_quota_us", "20000\n");
  write("cpu,cpuacct", "cpu.cfs_period_us", "100000\n");
  write("cpu,cpuacct", "cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 3000000000\n");
  write("memory", "memory.usage_in_bytes", "1000\n");
  write("memory", "memory.stat", "cache 1\nrss 2\ntotal_cache 300\ntotal_rss 600\ntotal_inactive_file 1200\n");
  write("memory", "memory.failcnt", "4\n");
  write("memory", "memory.limit_in_bytes", "9223372036854771712\n");
  write("memory", "cgroup.procs", "7\n8\n");
  write("blkio", "blkio.throttle.io_service_bytes_recursive", "8:0 Read 11\n8:0 Write 22\n8:0 Total 33\nTotal 33\n");
  write("pids", "pids.current", "3\n");
  const std::string id = fmt::format("id=\"/docker/{}\",name=\"0123456789ab\"}}", kId);
  std::string expected;
  for (const auto& [family, value] :
       std::map<std::string, std::string>{{"container_cpu_cfs_periods_total{", "5"},
                                          {"container_cpu_cfs_throttled_periods_total{", "2"},
                                          {"container_cpu_cfs_throttled_seconds_total{", "3"},
                                          {"container_cpu_system_seconds_total{", "0.4"},
                                          {"container_cpu_usage_seconds_total{cpu=\"total\",", "1.5"},
                                          {"container_cpu_user_seconds_total{", "1"},
                                          {"container_fs_reads_bytes_total{device=\"8:0\",", "11"},
                                          {"container_fs_writes_bytes_total{device=\"8:0\",", "22"},
                                          {"container_memory_cache{", "300"},
                                          {"container_memory_failcnt{", "4"},
                                          {"container_memory_rss{", "600"},
                                          {"container_memory_usage_bytes{", "1000"},
                                          {"container_memory_working_set_bytes{", "0"},
                                          {"container_processes{", "2"},
                                          {"container_spec_cpu_period{", "100000"},
                                          {"container_spec_cpu_quota{", "20000"},
                                          {"container_spec_cpu_shares{", "1024"},
                                          {"container_spec_memory_limit_bytes{", "0"},
                                          {"container_threads{", "3"}}) {
    expected += family + id + " " + value + "\n";
  }
  hostfs::Lines lines(expected);
  const std::string all = read(run_);
  while (const auto line = lines.next()) EXPECT_NE(all.find(*line), std::string::npos) << *line << "\n" << all;
}

TEST_F(CgroupsV1, GarbageAndMissingFilesAreLeftOut) {
  write("cpu,cpuacct", "cpuacct.usage", "");
  write("cpu,cpuacct", "cpuacct.stat", "user\nsystem x\n\xff\xfe");
  write("memory", "memory.usage_in_bytes", "nan\n");
  write("memory", "memory.stat", std::string("total_rss \0 5\n", 14));
  write("blkio", "blkio.throttle.io_service_bytes_recursive", "8:0 Read\n8:0\n Write 5\n\n");
  write("pids", "pids.max", "maximal\n");
  const std::string text = read(run_);
  EXPECT_EQ(text.find("container_cpu_u"), std::string::npos) << text;
  EXPECT_EQ(text.find("container_memory_"), std::string::npos) << text;
  EXPECT_EQ(text.find("container_fs"), std::string::npos) << text;
  EXPECT_EQ(text.find("error"), std::string::npos) << text;
}

TEST(CgroupMounts, WithoutAnyThereIsNoData) {
  const test::TempDir tree;
  test::CollectTree run("cgroups", tree.path());
  EXPECT_EQ(run.collect().error().code(), Code::kNotFound);
}

TEST(CgroupMounts, GarbageInMountinfoIsSkippedAndTheUsualPlaceIsTried) {
  const test::TempDir tree;
  tree.write("proc/self/mountinfo", " - \n - cgroup\n1 2 - cgroup cgroup rw,memory\nx");
  tree.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n");
  test::CollectTree run("cgroups", tree.path());
  EXPECT_TRUE(run.collect());
  EXPECT_EQ(run.values().at("container_memory_usage_bytes{id=\"/\"}"), 5);
}

TEST(CgroupTree, NamesContainersOfTheKnownRuntimes) {
  const auto name = [](std::string_view pattern) {
    return std::string(container_name(fmt::format(fmt::runtime(pattern), kId)));
  };
  for (const char* pattern :
       {"/docker/{}", "/system.slice/docker-{}.scope", "/kubepods.slice/pod1.slice/cri-containerd-{}.scope",
        "/kubepods/burstable/pod2/{}", "/kubepods.slice/crio-{}.scope", "/machine.slice/libpod-{}.scope"}) {
    EXPECT_EQ(name(pattern), "0123456789ab") << pattern;
  }
  EXPECT_EQ(container_name("/lxc/web"), "web");
  EXPECT_EQ(container_name("/lxc.payload.web"), "web");
  EXPECT_EQ(container_name("/machine.slice/machine-web.scope"), "web");
  for (const char* pattern : {"/", "", "/system.slice/ssh.service", "/docker", "/crio-conmon-{}.scope", "/docker/{}x",
                              "/libpod-conmon-{}.scope", "/user.slice/session-1.scope"}) {
    EXPECT_EQ(name(pattern), "") << pattern;
  }
}

TEST(CgroupTree, ContainersComeFirstWhenThereAreTooMany) {
  const test::TempDir tree;
  for (int i = 0; i < 8; ++i) tree.write(fmt::format("system.slice/s{}.service/cpu.stat", i), "");
  tree.write(fmt::format("deep/deeper/{}/cpu.stat", kId), "");
  const auto list = list_cgroups({tree.path().string()}, {.shown = 4});
  ASSERT_TRUE(list.has_value());
  std::string paths;
  for (const Cgroup& cgroup : list->cgroups) paths += cgroup.path.substr(0, 12) + " ";
  EXPECT_EQ(paths, "/ /deep /deep/deeper /system.slic ");
  EXPECT_EQ(list->left_out, 13U - 4);
  EXPECT_EQ(list_cgroups({tree.path().string()}, {.depth = 1})->cgroups.size(), 3U);
  EXPECT_EQ(list_cgroups({tree.path().string()}, {.looked_at = 5})->cgroups.size(), 6U);
}

}  // namespace
}  // namespace oreum::collect
