// One line of /proc/<pid>/stat.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace oreum::collect
