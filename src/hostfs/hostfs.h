// Rooted readers of /proc and /sys: every path a collector touches goes through here, so that a fixture tree or a
// container's host mount stands in for the machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace oreum::hostfs {

/// Where the machine's file systems are. Immutable; thread-safe.
struct Roots {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string root = "/";

  std::string procfs(std::string_view path) const;  // procfs("net/dev") → "/proc/net/dev"
  std::string sysfs(std::string_view path) const;
  std::string rootfs(std::string_view path) const;
};

/// Whether a read that brought `got` bytes of `room` bytes asked for has reached the end of the text, so that no
/// further one is needed to see it. The kernel breaks a text off before its end only where the next line has no room in
/// its page: never in the first half of it, for a file whose lines are shorter than that.
constexpr bool is_whole(size_t got, size_t room) {
  constexpr size_t kHalfPage = 2048;
  return got < room && got < kHalfPage;
}

/// A file that is read again and again: the descriptor stays open and the buffer is kept, so that a reading costs one
/// system call, seldom two, and no allocation. Opened at the first read; after a failed read it is opened anew at the
/// next. A file that has never been there (of a module that is not loaded) is looked for at every kSeldom-th read only:
/// looking costs more than reading. Not thread-safe.
class KeptFile {
 public:
  enum class LinesAre { kShort, kMaybeLong };  // long: half a page or more, as mount options can be

  explicit KeptFile(std::string path, LinesAre lines = LinesAre::kShort) : path_(std::move(path)), lines_(lines) {}

  static constexpr int kSeldom = 10;

  /// The whole text. The view is good until the next read. kNotFound when there is no such file.
  Result<std::string_view> read();
  /// At most the first `most` bytes of it: the kernel then writes no more of a long list.
  Result<std::string_view> read_first(size_t most);
  const std::string& path() const { return path_; }

 private:
  Status open();

  std::string path_;
  LinesAre lines_;
  Fd fd_;
  bool seen_ = false;  // it was there once
  int skip_ = 0;       // reads until a file never seen is looked for again
  std::string buffer_;
};

/// Names in a folder, sorted, without "." and "..". kNotFound when there is no such folder.
Result<std::vector<std::string>> list_dir(const std::string& path);

/// Where a link points, as written in it. kNotFound when there is none.
Result<std::string> read_link(const std::string& path);

bool exists(const std::string& path);
bool is_dir(const std::string& path);

}  // namespace oreum::hostfs
