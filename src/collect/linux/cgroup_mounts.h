// Where the control group hierarchies are mounted.
#pragma once

#include <string>
#include <string_view>

#include "hostfs/hostfs.h"

namespace oreum::collect {

/// Folders of the hierarchies that are read; empty: not mounted. With version 2 only `unified` is set. On a machine
/// that has both (systemd's hybrid layout) the controllers are where version 1 says.
struct CgroupMounts {
  std::string unified;
  std::string cpu;
  std::string cpuacct;
  std::string memory;
  std::string blkio;
  std::string pids;

  bool v1() const { return !(cpu.empty() && cpuacct.empty() && memory.empty() && blkio.empty() && pids.empty()); }
  bool none() const { return unified.empty() && !v1(); }
};

/// From the text of /proc/<pid>/mountinfo. Mount points below /sys are looked for below roots.sys.
CgroupMounts parse_cgroup_mounts(std::string_view mountinfo, const hostfs::Roots& roots);

/// From init's mounts, else this process's own, else from what is usual below /sys/fs/cgroup.
CgroupMounts find_cgroup_mounts(const hostfs::Roots& roots);

}  // namespace oreum::collect
