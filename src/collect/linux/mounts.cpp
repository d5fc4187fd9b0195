#include "collect/linux/mounts.h"

#include <array>

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>

#include "hostfs/text.h"

namespace oreum::collect {

namespace {

/// "\040" → " ": the kernel writes blank, tab, newline and backslash as octal numbers.
std::string unescape(std::string_view text) {
  std::string out;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const size_t comma = options.find(',');
    if (options.substr(0, comma) == wanted) return true;
    options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
  }
  return false;
}

}  // namespace

bool MountList::may_have_changed() {
  if (!watched_.valid() && !watch()) return true;
  pollfd asked{watched_.get(), POLLPRI, 0};
  const bool told = ::poll(&asked, 1, 0) != 0;
  return calls_++ % kUntoldEvery == 0 || told;
}

/// False for a file that is none of the kernel's: polling it says nothing.
bool MountList::watch() {
  Fd fd(::open(path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct statfs s{};
  if (!fd.valid() || ::fstatfs(fd.get(), &s) != 0 || s.f_type != PROC_SUPER_MAGIC) return false;
  watched_ = std::move(fd);
  return true;
}

Result<std::vector<Mount>> parse_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  for (hostfs::Lines lines(text); const auto line = lines.next();) {
    std::array<std::string_view, 4> fields;
    if (hostfs::split_fields(*line, fields) < fields.size()) {
      return Error(Code::kUnavailable, "expected device, mount point, type, options");
    }
    mounts.push_back({unescape(fields[0]), unescape(fields[1]), std::string(fields[2]), has_option(fields[3], "ro")});
  }
  return mounts;
}

Result<std::vector<Mount>> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  for (hostfs::Lines lines(text); const auto line = lines.next();) {
    constexpr std::string_view kSeparator = " - ";
    const size_t separator = line->find(kSeparator);
    std::array<std::string_view, 5> where;
    std::array<std::string_view, 3> what;
    if (separator == std::string_view::npos || hostfs::split_fields(line->substr(0, separator), where) < where.size() ||
        hostfs::split_fields(line->substr(separator + kSeparator.size()), what) < what.size()) {
      return Error(Code::kUnavailable, "expected root and mount point, then type, device and options after a dash");
    }
    const std::string_view root = where[3];
    if (root != "/" && where[4].ends_with(root)) continue;
    mounts.push_back({unescape(what[1]), unescape(where[4]), std::string(what[0]), has_option(what[2], "ro")});
  }
  return mounts;
}

}  // namespace oreum::collect
