#include "base/file.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/number.h"

namespace oreum {

namespace {

Status write_all(int fd, std::string_view text, const std::string& name) {
  TRY(fault::point("file.write"));
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, fmt::format("writing {}", name));
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Status sync(int fd, const std::string& name) {
  TRY(fault::point("file.sync"));
  if (::fsync(fd) != 0) return errno_error(errno, fmt::format("syncing {}", name));
  return {};
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(errno, fmt::format("opening {}", path.string()));
  std::string text;
  std::array<char, 16384> buf;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buf.data(), buf.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, fmt::format("reading {}", path.string()));
    if (n == 0) return text;
    text.append(buf.data(), static_cast<size_t>(n));
  }
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::string temporary = path.string() + ".tmp";
  {
    const Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!fd.valid()) return errno_error(errno, fmt::format("creating {}", temporary));
    TRY(write_all(fd.get(), text, temporary));
    TRY(sync(fd.get(), temporary));
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return errno_error(errno, fmt::format("renaming {} to {}", temporary, path.string()));
  }
  const Fd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.valid() ? sync(folder.get(), path.parent_path().string()) : Status{};
}

Status make_dirs(const std::filesystem::path& path) {
  std::error_code ec;
  std::filesystem::create_directories(path, ec);
  if (ec) {
    return errno_error(ec.value(), fmt::format("creating the folder {} (choose another with --data)", path.string()));
  }
  return {};
}

Result<uint64_t> free_bytes(const std::filesystem::path& path) {
  struct statvfs s{};
  if (::statvfs(path.c_str(), &s) != 0) return errno_error(errno, fmt::format("statvfs {}", path.string()));
  return static_cast<uint64_t>(s.f_bavail) * s.f_frsize;
}

Result<LockFile> LockFile::take(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!fd.valid()) return errno_error(errno, fmt::format("opening the lock {}", path.string()));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> pid{};
    const ssize_t n = ::pread(fd.get(), pid.data(), pid.size(), 0);
    const std::string_view owner = trim(std::string_view(pid.data(), n > 0 ? static_cast<size_t>(n) : 0));
    return Error(Code::kUnavailable,
                 fmt::format("{} is in use by another Oreum, pid {}: stop it, or choose another folder with --data",
                             path.parent_path().string(), owner.empty() ? "unknown" : owner));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) != 0) return errno_error(errno, fmt::format("writing the lock {}", path.string()));
  TRY(write_all(fd.get(), pid, path.string()));
  return LockFile(std::move(fd));
}

}  // namespace oreum
