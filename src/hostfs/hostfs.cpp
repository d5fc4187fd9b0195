#include "hostfs/hostfs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oreum::hostfs {

namespace {

std::string join(const std::string& root, std::string_view path) {
  std::string out = root;
  if (!out.ends_with('/')) out += '/';
  while (path.starts_with('/')) path.remove_prefix(1);
  out += path;
  return out;
}

constexpr size_t kFirstBuffer = 1024;
constexpr size_t kLargest = size_t{64} << 20;  // no file that is read here comes near it

}  // namespace

std::string Roots::procfs(std::string_view path) const { return join(proc, path); }
std::string Roots::sysfs(std::string_view path) const { return join(sys, path); }
std::string Roots::rootfs(std::string_view path) const { return join(root, path); }

Status KeptFile::open() {
  if (!seen_ && skip_ > 0) {
    --skip_;
    return errno_error(ENOENT, fmt::format("opening {}", path_));
  }
  // O_NONBLOCK: a fifo or a device in the place of a file must not stop the collection.
  fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd_.valid()) {
    const int err = errno;
    if (err == ENOENT) skip_ = kSeldom - 1;
    return errno_error(err, fmt::format("opening {}", path_));
  }
  seen_ = true;
  return {};
}

Result<std::string_view> KeptFile::read() { return read_first(kLargest); }

Result<std::string_view> KeptFile::read_first(size_t most) {
  if (!fd_.valid()) TRY(open());
  if (buffer_.size() < kFirstBuffer) buffer_.resize(kFirstBuffer);
  for (size_t size = 0;;) {
    if (size == buffer_.size()) {
      if (size >= kLargest) return Error(Code::kResourceExhausted, fmt::format("{} is larger than 64 MiB", path_));
      buffer_.resize(buffer_.size() * 2);
    }
    const size_t room = std::min(buffer_.size(), most) - size;
    const ssize_t n = ::pread(fd_.get(), buffer_.data() + size, room, static_cast<off_t>(size));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int err = errno;
      // EINVAL is how sysfs says "not now", of a link's speed while it is down; else the file may be another by now.
      if (err != EINVAL) fd_ = Fd();
      return errno_error(err, fmt::format("reading {}", path_));
    }
    size += static_cast<size_t>(n);
    const bool whole = lines_ == LinesAre::kShort && is_whole(static_cast<size_t>(n), room);
    if (n == 0 || whole || size == most) return std::string_view(buffer_.data(), size);
  }
}

Result<std::vector<std::string>> list_dir(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), &::closedir);
  if (!dir) return errno_error(errno, fmt::format("listing {}", path));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(dir.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a DIR
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> read_link(const std::string& path) {
  std::array<char, 4096> buf;
  const ssize_t n = ::readlink(path.c_str(), buf.data(), buf.size());
  if (n < 0) return errno_error(errno, fmt::format("reading the link {}", path));
  return std::string(buf.data(), static_cast<size_t>(n));
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool is_dir(const std::string& path) {
  struct stat s{};
  return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
}

}  // namespace oreum::hostfs
