// Rooted readers of /proc and /sys: every path a collector touches goes through here, so that a fixture tree or a
// container's host mount stands in for the machine.
#pragma once

#include <map>
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

/// A file that is read again and again: the descriptor stays open and the buffer is kept, so that a reading costs two
/// system calls and no allocation. Opened at the first read; after a failed read it is opened anew at the next. A file
/// that has never been there (of a module that is not loaded) is looked for at every kSeldom-th read only: looking
/// costs more than reading. Not thread-safe.
class KeptFile {
 public:
  explicit KeptFile(std::string path) : path_(std::move(path)) {}

  static constexpr int kSeldom = 10;

  /// The whole text. The view is good until the next read. kNotFound when there is no such file.
  Result<std::string_view> read();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Status open();

  Fd fd_;
  bool seen_ = false;  // it was there once
  int skip_ = 0;       // reads until a file never seen is looked for again
  std::string buffer_;
};

/// KeptFiles by path, for collectors whose files come and go (one folder a device). Files not asked for between two
/// sweep() calls are closed. Not thread-safe.
class KeptFiles {
 public:
  Result<std::string_view> read(const std::string& path);
  /// The trimmed text; empty when it cannot be read.
  std::optional<std::string_view> try_read(const std::string& path);
  /// The trimmed text as a number; empty when it cannot be read or is none.
  std::optional<uint64_t> try_u64(const std::string& path);
  std::optional<int64_t> try_i64(const std::string& path);
  /// Call once a collection.
  void sweep();

 private:
  struct Slot {
    KeptFile file;
    bool used = true;
  };
  std::map<std::string, Slot, std::less<>> files_;
};

/// Names in a folder, sorted, without "." and "..". kNotFound when there is no such folder.
Result<std::vector<std::string>> list_dir(const std::string& path);

/// Where a link points, as written in it. kNotFound when there is none.
Result<std::string> read_link(const std::string& path);

bool exists(const std::string& path);
bool is_dir(const std::string& path);

}  // namespace oreum::hostfs
