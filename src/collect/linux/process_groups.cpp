#include "collect/linux/process_groups.h"

#include <algorithm>

namespace oreum::collect {

namespace {

constexpr double kFresh = 0.3;            // weight of the latest pass in recent_ticks
constexpr unsigned kMostEmptyPasses = 6;  // a minute of 10 s passes

}  // namespace

void ProcessGroups::begin() {
  ++pass_;
  for (auto& [name, group] : groups_) {
    group.fresh_ticks = 0;
    group.resident_pages = 0;
    group.processes = 0;
  }
}

ProcessGroups::Groups::value_type* ProcessGroups::group_of(std::string_view name) {
  auto found = groups_.find(name);
  if (found == groups_.end()) found = groups_.emplace(std::string(name), ProcessGroup()).first;
  return &*found;
}

void ProcessGroups::add(uint64_t pid, const ProcessStat& stat) {
  Process& process = processes_[pid];
  if (process.pass == pass_) return;  // counted already
  if (process.start_ticks != stat.start_ticks) process = {.start_ticks = stat.start_ticks};
  process.pass = pass_;
  // A process changes its name with exec; what it used before stays with the old name.
  if (process.group == nullptr || process.group->first != stat.name) process.group = group_of(stat.name);
  ProcessGroup& group = process.group->second;
  group.fresh_ticks += stat.cpu_ticks - std::min(process.cpu_ticks, stat.cpu_ticks);
  process.cpu_ticks = std::max(process.cpu_ticks, stat.cpu_ticks);
  group.resident_pages += stat.resident_pages;
  ++group.processes;
}

void ProcessGroups::end() {
  std::erase_if(processes_, [this](const auto& entry) { return entry.second.pass != pass_; });
  for (auto& [name, group] : groups_) {
    group.cpu_ticks += group.fresh_ticks;
    group.recent_ticks += kFresh * (static_cast<double>(group.fresh_ticks) - group.recent_ticks);
    group.empty_passes = group.processes == 0 ? group.empty_passes + 1 : 0;
  }
  forget();

  order_.clear();
  for (auto& entry : groups_) order_.push_back(&entry);
  rank([](const ProcessGroup& group) { return group.recent_ticks; });
  rank([](const ProcessGroup& group) { return static_cast<double>(group.resident_pages); });
  for (auto& [name, group] : groups_) {
    group.shown = group.wanted == Wanted::kEnter || (group.shown && group.wanted == Wanted::kStay);
    group.wanted = Wanted::kNo;
  }
}

/// Notes who comes in, and who may stay, by one order.
template <typename Score>
void ProcessGroups::rank(Score score) {
  const auto before = [&](const Groups::value_type* a, const Groups::value_type* b) {
    const double left = score(a->second);
    const double right = score(b->second);
    return left != right ? left > right : a->first < b->first;
  };
  const size_t count = std::min(2 * top_, order_.size());
  std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count), order_.end(), before);
  for (size_t i = 0; i < count; ++i) {
    ProcessGroup& group = order_[i]->second;
    if (score(group) <= 0) break;
    group.wanted = std::max(group.wanted, i < top_ ? Wanted::kEnter : Wanted::kStay);
  }
}

void ProcessGroups::forget() {
  std::erase_if(groups_, [](const auto& entry) {
    const ProcessGroup& group = entry.second;
    return group.processes == 0 && (!group.shown || group.empty_passes > kMostEmptyPasses);
  });
}

}  // namespace oreum::collect
