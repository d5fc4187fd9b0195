#include "collect/linux/process_stat.h"

#include <array>

#include "base/number.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

// Fields by proc(5)'s numbers, of which the first two stand before the closing bracket.
constexpr size_t kFirstField = 3;
constexpr size_t kState = 3;
constexpr size_t kFlags = 9;
constexpr size_t kUserTicks = 14;
constexpr size_t kSystemTicks = 15;
constexpr size_t kThreads = 20;
constexpr size_t kStartTicks = 22;
constexpr size_t kResidentPages = 24;

constexpr uint64_t kKernelThread = 0x0020'0000;  // PF_KTHREAD

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  std::array<std::string_view, kResidentPages - kFirstField + 1> fields;
  if (hostfs::split_fields(text.substr(close + 1), fields) < fields.size()) return std::nullopt;
  const auto number = [&](size_t field) { return parse_u64(fields[field - kFirstField]); };
  const auto flags = number(kFlags);
  const auto user = number(kUserTicks);
  const auto system = number(kSystemTicks);
  const auto threads = number(kThreads);
  const auto start = number(kStartTicks);
  const auto resident = number(kResidentPages);
  if (!flags || !user || !system || !threads || !start || !resident) return std::nullopt;

  ProcessStat stat;
  stat.name = text.substr(open + 1, close - open - 1);
  if ((*flags & kKernelThread) != 0) stat.name = stat.name.substr(0, stat.name.find('/'));
  stat.state = fields[kState - kFirstField].front();
  stat.cpu_ticks = *user + *system;
  stat.threads = *threads;
  stat.start_ticks = *start;
  stat.resident_pages = *resident;
  return stat;
}

}  // namespace oreum::collect
