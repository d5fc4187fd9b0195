// The file seam: what Oreum itself does to files outside a database (locks, config, imports, tests' fault injection).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum {

/// An open descriptor, closed on destruction. Move-only.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Result<std::string> read_file(const std::filesystem::path& path);
/// Writes to a temporary name beside it, syncs, renames: readers see the old or the new text, never a part.
Status write_file_atomically(const std::filesystem::path& path, std::string_view text);
/// Makes the folder and its parents (mode 0750). The error says what to do.
Status make_dirs(const std::filesystem::path& path);
/// Bytes free to this user on the file system that holds path.
Result<uint64_t> free_bytes(const std::filesystem::path& path);

/// An exclusive lock on a file that holds the owner's pid. Released on destruction, by the kernel on a kill.
class LockFile {
 public:
  /// kUnavailable names the pid of the holder.
  static Result<LockFile> take(const std::filesystem::path& path);

 private:
  explicit LockFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace oreum
