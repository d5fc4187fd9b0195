// How far a backup is: a bar on a terminal, a line for each tenth elsewhere. On standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace oreum::cli {

/// "12.3 MB".
std::string bytes_text(uint64_t bytes);

/// Not thread-safe.
class BackupProgress {
 public:
  BackupProgress();
  ~BackupProgress() { clear(); }
  BackupProgress(const BackupProgress&) = delete;
  BackupProgress& operator=(const BackupProgress&) = delete;

  void show(std::string_view phase, uint64_t done, uint64_t all);
  /// Takes the bar away.
  void clear();

 private:
  const bool terminal_;
  std::string phase_;
  uint64_t tenth_ = 0;
  Monotonic::time_point began_;  // this phase
  Monotonic::time_point next_;
  bool drawn_ = false;
};

}  // namespace oreum::cli
