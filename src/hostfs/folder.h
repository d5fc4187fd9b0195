// Folder: a folder that is listed again and again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <dirent.h>

#include "base/result.h"

namespace oreum::hostfs {

/// Stays open, and allocates nothing once it is. Not thread-safe.
class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  /// Starts from the first name again. kNotFound when there is no such folder.
  Status rewind();
  /// The next name, in no order; "." and ".." are left out. Empty after the last. Good until the next call.
  std::optional<std::string_view> next();
  /// To open what is in it; after a rewind() that succeeded.
  int descriptor() const { return ::dirfd(dir_.get()); }

 private:
  struct Close {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  std::string path_;
  std::unique_ptr<DIR, Close> dir_;
};

}  // namespace oreum::hostfs
