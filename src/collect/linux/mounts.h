// What is mounted, from the kernel's two lists of it.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "hostfs/hostfs.h"

namespace oreum::collect {

struct Mount {
  std::string device, point, type;
  bool readonly = false;
  auto key() const { return std::tie(device, point, type); }
};

/// A list of mounts that is read again and again. Not thread-safe.
class MountList {
 public:
  explicit MountList(std::string path) : file_(std::move(path), hostfs::KeptFile::LinesAre::kMaybeLong) {}

  const std::string& path() const { return file_.path(); }
  Result<std::string_view> read() { return file_.read(); }

  /// False when the kernel says that nothing was mounted or unmounted since the last call. It does not tell of a file
  /// system that turned read-only after errors, so that every kUntoldEvery-th answer is true.
  bool may_have_changed();
  static constexpr unsigned kUntoldEvery = 6;

 private:
  bool watch();

  hostfs::KeptFile file_;
  Fd watched_;  // the same file; polling it tells of changes
  unsigned calls_ = 0;
};

/// /proc/PID/mounts: "device point type options 0 0".
Result<std::vector<Mount>> parse_mounts(std::string_view text);

/// /proc/self/mountinfo: "id parent major:minor root point options [optional …] - type device super-options". For a
/// service in a sandbox, which sees everything mounted read-only: `readonly` is the file system's own state, and a
/// folder mounted onto itself is left out.
Result<std::vector<Mount>> parse_mountinfo(std::string_view text);

}  // namespace oreum::collect
