// What one control group uses, from the files of either version.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/linux/cgroup_mounts.h"
#include "hostfs/shelf.h"

namespace oreum::collect {

/// Bytes to and from one block device.
struct CgroupIo {
  std::string device;  // "8:0"
  double read_bytes = 0;
  double written_bytes = 0;
};

/// What somebody set for a group, seldom anew. Empty, here and below: this group, kernel or version does not say.
struct CgroupSettings {
  using Value = std::optional<double>;
  Value cpu_quota, cpu_period, cpu_shares;
  Value memory_limit, threads_max;
};

/// Seconds and bytes.
struct CgroupStat : CgroupSettings {
  Value cpu_usage, cpu_user, cpu_system;
  Value cfs_periods, cfs_throttled_periods, cfs_throttled;
  Value memory_usage, memory_working_set, memory_rss, memory_cache, memory_mapped_file, memory_swap;
  Value memory_max_usage, memory_failcnt;
  Value processes, threads;
  std::vector<CgroupIo> io;
};

/// Reads groups one after the other, pass by pass, keeping descriptors and buffers. Settings are read at the first two
/// passes that see a group (whoever makes it sets them right then) and at every kSettingsEvery-th. Not thread-safe.
class CgroupReader {
 public:
  static constexpr unsigned kSettingsEvery = 6;

  explicit CgroupReader(CgroupMounts mounts) : mounts_(std::move(mounts)) {}

  /// `path` as in Cgroup. Good until the next call. What cannot be read is left empty.
  const CgroupStat& read(std::string_view path);
  /// Ends a pass: forgets the groups that were not read in it.
  void end_pass();

 private:
  enum class File : size_t {
    kCpuUsage,
    kCpuTimes,
    kThrottling,
    kMemory,
    kMemoryStat,
    kMemoryMost,
    kMemoryFailures,
    kSwap,
    kIo,
    kThreads,
    kProcesses,
    kQuota,
    kPeriod,
    kShares,
    kMemoryLimit,
    kThreadsMax,
    kCount
  };
  struct Group {
    std::array<hostfs::Shelf::Slot, static_cast<size_t>(File::kCount)> files;
    CgroupSettings settings;
    unsigned passes = 0;
    bool seen = false;
  };

  void read_v1();
  void read_v1_memory();
  void read_v1_settings(CgroupSettings& out);
  void read_v2();
  void read_v2_memory();
  void read_v2_settings(CgroupSettings& out);
  /// The text of the group's file, "" when there is none.
  std::string_view text(File which, const std::string& root, std::string_view name);
  CgroupStat::Value number(File which, const std::string& root, std::string_view name);
  void count_processes(const std::string& root);

  static constexpr size_t kMostKept = 256;

  const CgroupMounts mounts_;
  hostfs::Shelf files_{kMostKept};
  std::map<std::string, Group, std::less<>> groups_;  // by path
  Group* group_ = nullptr;                            // that is being read
  std::string_view path_;                             // its path below a mount
  CgroupStat stat_;
  std::string file_;  // scratch
};

}  // namespace oreum::collect
