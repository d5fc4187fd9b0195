// The machine's processes, pass by pass: what /proc/<pid>/stat says of each.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "collect/linux/process_stat.h"
#include "hostfs/folder.h"
#include "hostfs/shelf.h"

namespace oreum::collect {

/// Most processes of a machine sleep for hours, and asking the kernel costs more than all else of a pass. So one that
/// has used no CPU time for kQuietPasses passes is asked at every kRestPasses-th only, and stands meanwhile as it was.
/// Not thread-safe.
class ProcessTable {
 public:
  static constexpr unsigned kQuietPasses = 4;
  static constexpr unsigned kRestPasses = 4;

  /// `folder`: where proc is mounted.
  explicit ProcessTable(const std::string& folder) : folder_(folder) {}

  /// Calls each(pid, stat) once for every process there is. Those that start or end meanwhile may be in or not.
  template <typename Each>
  Status pass(Each each) {
    TRY(begin());
    while (const std::optional<uint64_t> pid = next()) {
      if (const ProcessStat* stat = look(*pid)) each(*pid, *stat);
    }
    end();
    return {};
  }

 private:
  struct Process {
    hostfs::Shelf::Slot file;
    std::string name;
    ProcessStat stat;    // its name is a view of `name`
    unsigned quiet = 0;  // passes that found it as it was
    uint64_t pass = 0;   // the last that found it
  };

  Status begin();
  std::optional<uint64_t> next();
  /// Null when it has ended, or was in this pass already.
  const ProcessStat* look(uint64_t pid);
  bool read(uint64_t pid, Process& process);
  void end();

  static constexpr size_t kMostKept = 192;

  hostfs::Folder folder_;
  hostfs::Shelf files_{kMostKept};
  std::unordered_map<uint64_t, Process> processes_;  // by pid
  uint64_t pass_ = 0;
};

}  // namespace oreum::collect
