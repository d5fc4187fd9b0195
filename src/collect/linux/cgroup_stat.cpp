#include "collect/linux/cgroup_stat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <unistd.h>

#include "hostfs/text.h"

namespace oreum::collect {

namespace {

using Value = CgroupStat::Value;

constexpr double kUnlimited = 4611686018427387904.0;  // 2^62: what version 1 says for "no limit" lies above it

/// Where the value of a line "key value" goes.
struct Key {
  std::string_view name;
  Value* into;
  double scale = 1;
};

template <size_t N>
void take_keys(std::string_view text, const std::array<Key, N>& keys) {
  hostfs::Lines lines(text);
  while (const std::optional<std::string_view> line = lines.next()) {
    hostfs::Fields fields(*line);
    const std::string_view name = fields.next();
    for (const Key& key : keys) {
      if (key.name != name) continue;
      if (const std::optional<double> v = fields.next_double()) *key.into = *v * key.scale;
    }
  }
}

Value number_of(std::string_view text) {
  const std::optional<double> v = parse_double(trim(text));
  return v && std::isfinite(*v) ? v : std::nullopt;
}

/// A limit as cAdvisor shows it: 0 when there is none.
Value limit_of(std::string_view text) {
  if (trim(text) == "max") return 0;
  const Value v = number_of(text);
  return v && *v > kUnlimited ? 0 : v;
}

CgroupIo& io_of(std::vector<CgroupIo>& all, std::string_view device) {
  for (CgroupIo& io : all) {
    if (io.device == device) return io;
  }
  return all.emplace_back(CgroupIo{std::string(device)});
}

/// "8:0 Read 4096"
void take_v1_io(std::string_view text, std::vector<CgroupIo>& all) {
  hostfs::Lines lines(text);
  while (const std::optional<std::string_view> line = lines.next()) {
    hostfs::Fields fields(*line);
    const std::string_view device = fields.next();
    const std::string_view what = fields.next();
    const std::optional<uint64_t> bytes = fields.next_u64();
    if (!bytes || (what != "Read" && what != "Write")) continue;
    CgroupIo& io = io_of(all, device);
    (what == "Read" ? io.read_bytes : io.written_bytes) = static_cast<double>(*bytes);
  }
}

/// "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0"
void take_v2_io(std::string_view text, std::vector<CgroupIo>& all) {
  constexpr std::string_view kRead = "rbytes=";
  constexpr std::string_view kWritten = "wbytes=";
  hostfs::Lines lines(text);
  while (const std::optional<std::string_view> line = lines.next()) {
    hostfs::Fields fields(*line);
    const std::string_view device = fields.next();
    for (std::string_view field = fields.next(); !field.empty(); field = fields.next()) {
      const bool read = field.starts_with(kRead);
      if (!read && !field.starts_with(kWritten)) continue;
      const std::optional<uint64_t> bytes = parse_u64(field.substr(kRead.size()));
      if (!bytes) continue;
      CgroupIo& io = io_of(all, device);
      (read ? io.read_bytes : io.written_bytes) = static_cast<double>(*bytes);
    }
  }
}

/// Memory that would not be given back at once: what cAdvisor and Kubernetes call the working set.
Value working_set(const Value& usage, const Value& inactive_file) {
  if (!usage) return std::nullopt;
  return std::max(0.0, *usage - inactive_file.value_or(0));
}

}  // namespace

const CgroupStat& CgroupReader::read(std::string_view path) {
  auto found = groups_.find(path);
  if (found == groups_.end()) found = groups_.emplace(std::string(path), Group()).first;
  group_ = &found->second;
  group_->seen = true;
  path_ = path == "/" ? std::string_view() : path;

  const bool v1 = mounts_.v1();
  if (group_->passes < 2 || group_->passes % kSettingsEvery == 0) {
    v1 ? read_v1_settings(group_->settings) : read_v2_settings(group_->settings);
  }
  ++group_->passes;
  std::vector<CgroupIo> io = std::move(stat_.io);
  io.clear();
  stat_ = CgroupStat();
  stat_.io = std::move(io);
  static_cast<CgroupSettings&>(stat_) = group_->settings;
  v1 ? read_v1() : read_v2();
  return stat_;
}

void CgroupReader::end_pass() {
  for (auto at = groups_.begin(); at != groups_.end();) {
    at = std::exchange(at->second.seen, false) ? std::next(at) : groups_.erase(at);
  }
}

std::string_view CgroupReader::text(File which, const std::string& root, std::string_view name) {
  if (root.empty()) return {};
  file_.assign(root).append(path_).append("/").append(name);
  return files_.read(group_->files[static_cast<size_t>(which)], file_.c_str()).value_or(std::string_view());
}

Value CgroupReader::number(File which, const std::string& root, std::string_view name) {
  return number_of(text(which, root, name));
}

void CgroupReader::count_processes(const std::string& root) {
  if (root.empty()) return;
  const std::string_view pids = text(File::kProcesses, root, "cgroup.procs");
  stat_.processes = static_cast<double>(std::count(pids.begin(), pids.end(), '\n'));
}

void CgroupReader::read_v1() {
  const double seconds_per_tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  if ((stat_.cpu_usage = number(File::kCpuUsage, mounts_.cpuacct, "cpuacct.usage"))) *stat_.cpu_usage /= 1e9;
  take_keys(text(File::kCpuTimes, mounts_.cpuacct, "cpuacct.stat"),
            std::array<Key, 2>{
                {{"user", &stat_.cpu_user, seconds_per_tick}, {"system", &stat_.cpu_system, seconds_per_tick}}});
  if (stat_.cpu_quota) {
    take_keys(text(File::kThrottling, mounts_.cpu, "cpu.stat"),
              std::array<Key, 3>{{{"nr_periods", &stat_.cfs_periods},
                                  {"nr_throttled", &stat_.cfs_throttled_periods},
                                  {"throttled_time", &stat_.cfs_throttled, 1e-9}}});
  }
  read_v1_memory();
  take_v1_io(text(File::kIo, mounts_.blkio, "blkio.throttle.io_service_bytes_recursive"), stat_.io);
  stat_.threads = number(File::kThreads, mounts_.pids, "pids.current");
  for (const std::string* root : {&mounts_.memory, &mounts_.cpuacct, &mounts_.pids}) {
    if (root->empty()) continue;
    count_processes(*root);
    break;
  }
}

void CgroupReader::read_v1_memory() {
  Value inactive_file;
  stat_.memory_usage = number(File::kMemory, mounts_.memory, "memory.usage_in_bytes");
  take_keys(text(File::kMemoryStat, mounts_.memory, "memory.stat"),
            std::array<Key, 5>{{{"total_rss", &stat_.memory_rss},
                                {"total_cache", &stat_.memory_cache},
                                {"total_mapped_file", &stat_.memory_mapped_file},
                                {"total_swap", &stat_.memory_swap},
                                {"total_inactive_file", &inactive_file}}});
  stat_.memory_working_set = working_set(stat_.memory_usage, inactive_file);
  stat_.memory_max_usage = number(File::kMemoryMost, mounts_.memory, "memory.max_usage_in_bytes");
  stat_.memory_failcnt = number(File::kMemoryFailures, mounts_.memory, "memory.failcnt");
}

void CgroupReader::read_v1_settings(CgroupSettings& out) {
  out.cpu_shares = number(File::kShares, mounts_.cpu, "cpu.shares");
  out.cpu_period = number(File::kPeriod, mounts_.cpu, "cpu.cfs_period_us");
  out.cpu_quota = number(File::kQuota, mounts_.cpu, "cpu.cfs_quota_us");
  if (out.cpu_quota && *out.cpu_quota < 0) out.cpu_quota.reset();
  out.memory_limit = limit_of(text(File::kMemoryLimit, mounts_.memory, "memory.limit_in_bytes"));
  out.threads_max = limit_of(text(File::kThreadsMax, mounts_.pids, "pids.max"));
}

void CgroupReader::read_v2() {
  const std::string& root = mounts_.unified;
  take_keys(text(File::kCpuUsage, root, "cpu.stat"),
            std::array<Key, 6>{{{"usage_usec", &stat_.cpu_usage, 1e-6},
                                {"user_usec", &stat_.cpu_user, 1e-6},
                                {"system_usec", &stat_.cpu_system, 1e-6},
                                {"nr_periods", &stat_.cfs_periods},
                                {"nr_throttled", &stat_.cfs_throttled_periods},
                                {"throttled_usec", &stat_.cfs_throttled, 1e-6}}});
  if (!stat_.cpu_quota) stat_.cfs_periods = stat_.cfs_throttled_periods = stat_.cfs_throttled = std::nullopt;
  read_v2_memory();
  take_v2_io(text(File::kIo, root, "io.stat"), stat_.io);
  stat_.threads = number(File::kThreads, root, "pids.current");
  count_processes(root);
}

void CgroupReader::read_v2_memory() {
  const std::string& root = mounts_.unified;
  Value inactive_file;
  stat_.memory_usage = number(File::kMemory, root, "memory.current");
  take_keys(text(File::kMemoryStat, root, "memory.stat"),
            std::array<Key, 4>{{{"anon", &stat_.memory_rss},
                                {"file", &stat_.memory_cache},
                                {"file_mapped", &stat_.memory_mapped_file},
                                {"inactive_file", &inactive_file}}});
  stat_.memory_working_set = working_set(stat_.memory_usage, inactive_file);
  stat_.memory_swap = number(File::kSwap, root, "memory.swap.current");
  stat_.memory_max_usage = number(File::kMemoryMost, root, "memory.peak");
  take_keys(text(File::kMemoryFailures, root, "memory.events"), std::array<Key, 1>{{{"max", &stat_.memory_failcnt}}});
}

void CgroupReader::read_v2_settings(CgroupSettings& out) {
  const std::string& root = mounts_.unified;
  // "max 100000" or "50000 100000": quota and period.
  hostfs::Fields quota(trim(text(File::kQuota, root, "cpu.max")));
  out.cpu_quota = number_of(quota.next());
  out.cpu_period = number_of(quota.next());
  // The inverse of how runtimes turn shares (2 … 262144) into a weight (1 … 10000).
  out.cpu_shares = number(File::kShares, root, "cpu.weight");
  if (out.cpu_shares) out.cpu_shares = std::floor(2 + (*out.cpu_shares - 1) * 262142 / 9999);
  out.memory_limit = limit_of(text(File::kMemoryLimit, root, "memory.max"));
  out.threads_max = limit_of(text(File::kThreadsMax, root, "pids.max"));
}

}  // namespace oreum::collect
