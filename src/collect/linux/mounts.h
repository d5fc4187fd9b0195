// What is mounted, from the kernel's two lists of it.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"

namespace oreum::collect {

struct Mount {
  std::string device, point, type;
  bool readonly = false;
  auto key() const { return std::tie(device, point, type); }
};

/// /proc/PID/mounts: "device point type options 0 0".
Result<std::vector<Mount>> parse_mounts(std::string_view text);

/// /proc/self/mountinfo: "id parent major:minor root point options [optional …] - type device super-options". For a
/// service in a sandbox, which sees everything mounted read-only: `readonly` is the file system's own state, and a
/// folder mounted onto itself is left out.
Result<std::vector<Mount>> parse_mountinfo(std::string_view text);

}  // namespace oreum::collect
