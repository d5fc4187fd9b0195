#include "hostfs/folder.h"

#include <cerrno>

#include <fmt/core.h>

namespace oreum::hostfs {

Status Folder::rewind() {
  if (dir_) {
    ::rewinddir(dir_.get());
    return {};
  }
  dir_.reset(::opendir(path_.c_str()));
  if (!dir_) return errno_error(errno, fmt::format("listing {}", path_));
  return {};
}

std::optional<std::string_view> Folder::next() {
  while (const dirent* entry = ::readdir(dir_.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a DIR
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return name;
  }
  return std::nullopt;
}

}  // namespace oreum::hostfs
