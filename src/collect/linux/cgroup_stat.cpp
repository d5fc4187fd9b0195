#include "collect/linux/cgroup_stat.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
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
  if (path == "/") path = "";
  std::vector<CgroupIo> io = std::move(stat_.io);
  io.clear();
  stat_ = CgroupStat();
  stat_.io = std::move(io);
  mounts_.v1() ? read_v1(path) : read_v2(path);
  return stat_;
}

std::string_view CgroupReader::text(const std::string& root, std::string_view path, std::string_view file) {
  if (root.empty()) return {};
  file_.assign(root).append(path).append("/").append(file);
  const Fd fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return {};
  if (buffer_.empty()) buffer_.resize(size_t{16} << 10);
  size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer_.data() + size, buffer_.size() - size);
    if (n <= 0) break;
    size += static_cast<size_t>(n);
    if (size < buffer_.size()) continue;
    if (size >= size_t{8} << 20) break;  // a million processes
    buffer_.resize(size * 2);
  }
  return std::string_view(buffer_.data(), size);
}

Value CgroupReader::number(const std::string& root, std::string_view path, std::string_view file) {
  return number_of(text(root, path, file));
}

void CgroupReader::count_processes(const std::string& root, std::string_view path) {
  if (root.empty()) return;
  const std::string_view pids = text(root, path, "cgroup.procs");
  stat_.processes = static_cast<double>(std::count(pids.begin(), pids.end(), '\n'));
}

void CgroupReader::read_v1(std::string_view path) {
  const double seconds_per_tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  if ((stat_.cpu_usage = number(mounts_.cpuacct, path, "cpuacct.usage"))) *stat_.cpu_usage /= 1e9;
  take_keys(text(mounts_.cpuacct, path, "cpuacct.stat"),
            std::array<Key, 2>{
                {{"user", &stat_.cpu_user, seconds_per_tick}, {"system", &stat_.cpu_system, seconds_per_tick}}});
  stat_.cpu_shares = number(mounts_.cpu, path, "cpu.shares");
  stat_.cpu_period = number(mounts_.cpu, path, "cpu.cfs_period_us");
  stat_.cpu_quota = number(mounts_.cpu, path, "cpu.cfs_quota_us");
  if (stat_.cpu_quota && *stat_.cpu_quota < 0) stat_.cpu_quota.reset();
  if (stat_.cpu_quota) {
    take_keys(text(mounts_.cpu, path, "cpu.stat"),
              std::array<Key, 3>{{{"nr_periods", &stat_.cfs_periods},
                                  {"nr_throttled", &stat_.cfs_throttled_periods},
                                  {"throttled_time", &stat_.cfs_throttled, 1e-9}}});
  }
  read_v1_memory(path);
  take_v1_io(text(mounts_.blkio, path, "blkio.throttle.io_service_bytes_recursive"), stat_.io);
  stat_.threads = number(mounts_.pids, path, "pids.current");
  stat_.threads_max = limit_of(text(mounts_.pids, path, "pids.max"));
  for (const std::string* root : {&mounts_.memory, &mounts_.cpuacct, &mounts_.pids}) {
    if (root->empty()) continue;
    count_processes(*root, path);
    break;
  }
}

void CgroupReader::read_v1_memory(std::string_view path) {
  Value inactive_file;
  stat_.memory_usage = number(mounts_.memory, path, "memory.usage_in_bytes");
  take_keys(text(mounts_.memory, path, "memory.stat"),
            std::array<Key, 5>{{{"total_rss", &stat_.memory_rss},
                                {"total_cache", &stat_.memory_cache},
                                {"total_mapped_file", &stat_.memory_mapped_file},
                                {"total_swap", &stat_.memory_swap},
                                {"total_inactive_file", &inactive_file}}});
  stat_.memory_working_set = working_set(stat_.memory_usage, inactive_file);
  stat_.memory_max_usage = number(mounts_.memory, path, "memory.max_usage_in_bytes");
  stat_.memory_failcnt = number(mounts_.memory, path, "memory.failcnt");
  stat_.memory_limit = limit_of(text(mounts_.memory, path, "memory.limit_in_bytes"));
}

void CgroupReader::read_v2(std::string_view path) {
  const std::string& root = mounts_.unified;
  // "max 100000" or "50000 100000": quota and period.
  hostfs::Fields quota(trim(text(root, path, "cpu.max")));
  stat_.cpu_quota = number_of(quota.next());
  stat_.cpu_period = number_of(quota.next());
  take_keys(text(root, path, "cpu.stat"), std::array<Key, 6>{{{"usage_usec", &stat_.cpu_usage, 1e-6},
                                                              {"user_usec", &stat_.cpu_user, 1e-6},
                                                              {"system_usec", &stat_.cpu_system, 1e-6},
                                                              {"nr_periods", &stat_.cfs_periods},
                                                              {"nr_throttled", &stat_.cfs_throttled_periods},
                                                              {"throttled_usec", &stat_.cfs_throttled, 1e-6}}});
  if (!stat_.cpu_quota) stat_.cfs_periods = stat_.cfs_throttled_periods = stat_.cfs_throttled = std::nullopt;
  // The inverse of how runtimes turn shares (2 … 262144) into a weight (1 … 10000).
  if (const Value weight = number(root, path, "cpu.weight")) {
    stat_.cpu_shares = std::floor(2 + (*weight - 1) * 262142 / 9999);
  }
  read_v2_memory(path);
  take_v2_io(text(root, path, "io.stat"), stat_.io);
  stat_.threads = number(root, path, "pids.current");
  stat_.threads_max = limit_of(text(root, path, "pids.max"));
  count_processes(root, path);
}

void CgroupReader::read_v2_memory(std::string_view path) {
  const std::string& root = mounts_.unified;
  Value inactive_file;
  stat_.memory_usage = number(root, path, "memory.current");
  take_keys(text(root, path, "memory.stat"), std::array<Key, 4>{{{"anon", &stat_.memory_rss},
                                                                 {"file", &stat_.memory_cache},
                                                                 {"file_mapped", &stat_.memory_mapped_file},
                                                                 {"inactive_file", &inactive_file}}});
  stat_.memory_working_set = working_set(stat_.memory_usage, inactive_file);
  stat_.memory_swap = number(root, path, "memory.swap.current");
  stat_.memory_max_usage = number(root, path, "memory.peak");
  take_keys(text(root, path, "memory.events"), std::array<Key, 1>{{{"max", &stat_.memory_failcnt}}});
  stat_.memory_limit = limit_of(text(root, path, "memory.max"));
}

}  // namespace oreum::collect
