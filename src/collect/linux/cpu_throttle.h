// A part of the cpu collector: thermal throttling and isolation, from /sys/devices/system/cpu.
#pragma once

#include <string>
#include <vector>

#include "collect/sink.h"
#include "hostfs/hostfs.h"

namespace oreum::collect {

/// Which CPUs there are and how they sit in cores and packages is read again only when told that CPUs came or went.
/// Not thread-safe.
class CpuThrottle {
 public:
  explicit CpuThrottle(const hostfs::Roots& roots) : folder_(roots.sysfs("devices/system/cpu")) {}
  /// What cannot be read is left out, as virtual machines have none of it.
  void collect(bool cpus_changed, Sink& sink);

 private:
  struct Count {
    hostfs::KeptFile file;
    std::string package;
    std::string core;  // empty in packages_
  };
  void scan();

  std::string folder_;
  bool scanned_ = false;
  std::vector<Count> packages_;
  std::vector<Count> cores_;
  std::vector<std::string> isolated_;
};

/// "1,4-6" → 1 4 5 6; what is malformed or senselessly large is left out.
std::vector<std::string> parse_cpu_list(std::string_view text);

}  // namespace oreum::collect
