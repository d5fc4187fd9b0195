#include "base/sync.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"

namespace oreum {

Status sync_path(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(errno, fmt::format("opening {}", path.string()));
  TRY(fault::point("file.sync"));
  if (::fsync(fd.get()) != 0) return errno_error(errno, fmt::format("syncing {}", path.string()));
  return {};
}

}  // namespace oreum
