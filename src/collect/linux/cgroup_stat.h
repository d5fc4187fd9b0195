// What one control group uses, from the files of either version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/linux/cgroup_mounts.h"

namespace oreum::collect {

/// Bytes to and from one block device.
struct CgroupIo {
  std::string device;  // "8:0"
  double read_bytes = 0;
  double written_bytes = 0;
};

/// Seconds and bytes. Empty: this group, kernel or version does not say.
struct CgroupStat {
  using Value = std::optional<double>;
  Value cpu_usage, cpu_user, cpu_system;
  Value cfs_periods, cfs_throttled_periods, cfs_throttled;
  Value cpu_quota, cpu_period, cpu_shares;
  Value memory_usage, memory_working_set, memory_rss, memory_cache, memory_mapped_file, memory_swap;
  Value memory_max_usage, memory_failcnt, memory_limit;
  Value processes, threads, threads_max;
  std::vector<CgroupIo> io;
};

/// Reads groups one after the other; keeps its buffers. Files are opened for each reading: there may be thousands, more
/// than a process may hold open. Not thread-safe.
class CgroupReader {
 public:
  explicit CgroupReader(CgroupMounts mounts) : mounts_(std::move(mounts)) {}

  /// `path` as in Cgroup. Good until the next call. What cannot be read is left empty.
  const CgroupStat& read(std::string_view path);

 private:
  void read_v1(std::string_view path);
  void read_v1_memory(std::string_view path);
  void read_v2(std::string_view path);
  void read_v2_memory(std::string_view path);
  /// The text of a group's file, "" when there is none.
  std::string_view text(const std::string& root, std::string_view path, std::string_view file);
  CgroupStat::Value number(const std::string& root, std::string_view path, std::string_view file);
  void count_processes(const std::string& root, std::string_view path);

  const CgroupMounts mounts_;
  CgroupStat stat_;
  std::string file_;    // scratch
  std::string buffer_;  // scratch
};

}  // namespace oreum::collect
