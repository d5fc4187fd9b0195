#include "collect/linux/process_table.h"

#include <array>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::collect {

Status ProcessTable::begin() {
  TRY(folder_.rewind());
  ++pass_;
  return {};
}

std::optional<uint64_t> ProcessTable::next() {
  while (const std::optional<std::string_view> name = folder_.next()) {
    if (const std::optional<uint64_t> pid = parse_u64(*name)) return pid;
  }
  return std::nullopt;
}

const ProcessStat* ProcessTable::look(uint64_t pid) {
  Process& process = processes_[pid];
  if (process.pass == pass_) return nullptr;  // /proc may list a process twice while others come and go
  // Which pass a resting process is asked at goes by its pid, so that they do not all come at once.
  const bool rests = process.quiet >= kQuietPasses && (pass_ + pid) % kRestPasses != 0;
  if (!rests && !read(pid, process)) return nullptr;
  process.pass = pass_;
  return &process.stat;
}

bool ProcessTable::read(uint64_t pid, Process& process) {
  std::array<char, 32> path{};
  *fmt::format_to_n(path.data(), path.size() - 1, "{}/stat", pid).out = '\0';
  const std::optional<std::string_view> text = files_.read(process.file, path.data(), folder_.descriptor());
  const std::optional<ProcessStat> now = text ? parse_process_stat(*text) : std::nullopt;
  if (!now) return false;
  ProcessStat& last = process.stat;
  const bool same = now->start_ticks == last.start_ticks && now->cpu_ticks == last.cpu_ticks &&
                    now->state == last.state && now->threads == last.threads && now->name == process.name;
  process.quiet = same ? process.quiet + 1 : 0;
  process.name = now->name;
  last = *now;
  last.name = process.name;
  return true;
}

void ProcessTable::end() {
  std::erase_if(processes_, [this](const auto& entry) { return entry.second.pass != pass_; });
}

}  // namespace oreum::collect
