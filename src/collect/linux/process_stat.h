// One line of /proc/<pid>/stat, and the folders of /proc that are processes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <dirent.h>

#include "base/result.h"

namespace oreum::collect {

struct ProcessStat {
  std::string_view name;  // comm; of a kernel thread what stands before the slash: one name for all kworkers
  char state = '?';
  uint64_t cpu_ticks = 0;  // user and system
  uint64_t threads = 0;
  uint64_t start_ticks = 0;  // since boot; with the pid it tells a process from another that got its pid
  uint64_t resident_pages = 0;
};

/// "123 (a name) S 1 …": the name may hold blanks and brackets. Empty when the text is no such line.
std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// Walks /proc. The folder stays open. Not thread-safe.
class ProcessFolder {
 public:
  explicit ProcessFolder(std::string path) : path_(std::move(path)) {}

  /// Starts from the first process again.
  Status rewind();
  /// The next process's number; empty after the last. Processes that start or end meanwhile may be in or not.
  std::optional<uint64_t> next();
  /// Its stat text, or empty when it has ended. The view is good until the next call.
  std::string_view read_stat(uint64_t pid);

 private:
  struct Close {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  std::string path_;
  std::unique_ptr<DIR, Close> dir_;
  std::string buffer_;
};

}  // namespace oreum::collect
