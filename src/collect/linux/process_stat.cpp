#include "collect/linux/process_stat.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
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

Status ProcessFolder::rewind() {
  if (dir_) {
    ::rewinddir(dir_.get());
    return {};
  }
  dir_.reset(::opendir(path_.c_str()));
  if (!dir_) return errno_error(errno, fmt::format("listing {}", path_));
  return {};
}

std::optional<uint64_t> ProcessFolder::next() {
  while (const dirent* entry = ::readdir(dir_.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a DIR
    if (const std::optional<uint64_t> pid = parse_u64(static_cast<const char*>(entry->d_name))) return pid;
  }
  return std::nullopt;
}

std::string_view ProcessFolder::read_stat(uint64_t pid) {
  std::array<char, 32> name{};
  *fmt::format_to_n(name.data(), name.size() - 1, "{}/stat", pid).out = '\0';
  const Fd fd(::openat(::dirfd(dir_.get()), name.data(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return {};
  buffer_.resize(4096);  // the longest line is some 400 bytes
  const ssize_t n = ::read(fd.get(), buffer_.data(), buffer_.size());
  return n > 0 ? std::string_view(buffer_.data(), static_cast<size_t>(n)) : std::string_view();
}

}  // namespace oreum::collect
