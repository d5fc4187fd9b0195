// Processes summed by name, and which names are worth showing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/linux/process_stat.h"

namespace oreum::collect {

/// What an order says of a name: nothing, may stay if it is shown, comes in.
enum class Wanted { kNo, kStay, kEnter };

/// All processes of one name.
struct ProcessGroup {
  uint64_t cpu_ticks = 0;  // never falls: what a process used stays counted when it ends
  uint64_t resident_pages = 0;
  uint64_t processes = 0;
  bool shown = false;

  uint64_t fresh_ticks = 0;  // used since the last pass
  double recent_ticks = 0;   // smoothed over the last passes: what the order by CPU goes by
  unsigned empty_passes = 0;
  Wanted wanted = Wanted::kNo;
};

/// Fed one pass after another:  begin();  add() for each process;  end().
///
/// A name is shown once it is among the first `top` by CPU or by resident memory, and for as long as it is among the
/// first 2 × top of either; without a process for a minute at most. So at most 4 × top names are shown, and names near
/// the edge do not come and go. Names that are not shown are forgotten with their last process.
///
/// Not thread-safe.
class ProcessGroups {
 public:
  explicit ProcessGroups(size_t top) : top_(top) {}

  void begin();
  void add(uint64_t pid, const ProcessStat& stat);
  void end();

  /// By name, shown or not.
  const std::map<std::string, ProcessGroup, std::less<>>& groups() const { return groups_; }

 private:
  using Groups = std::map<std::string, ProcessGroup, std::less<>>;
  struct Process {
    uint64_t start_ticks = 0;
    uint64_t cpu_ticks = 0;
    Groups::value_type* group = nullptr;
    uint64_t pass = 0;
  };

  Groups::value_type* group_of(std::string_view name);
  template <typename Score>
  void rank(Score score);
  void forget();

  const size_t top_;
  Groups groups_;
  std::unordered_map<uint64_t, Process> processes_;  // by pid
  uint64_t pass_ = 0;
  std::vector<Groups::value_type*> order_;  // scratch
};

}  // namespace oreum::collect
