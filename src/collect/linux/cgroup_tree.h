// The control groups there are, and what their paths say of containers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::collect {

/// The container's short name when the last part of a cgroup's path is one of those that container runtimes make: of
/// Docker, containerd, CRI-O and Podman the first 12 digits of its id; of LXC and systemd-nspawn its name. Else empty.
std::string_view container_name(std::string_view path);

struct CgroupLimits {
  size_t shown = 256;  // containers first, then the shallow ones
  size_t depth = 10;   // below the root
  size_t looked_at = 8192;
};

struct Cgroup {
  std::string path;    // "/" for the root
  std::string name;    // of the container, or empty
  double created = 0;  // seconds since 1970, as far as the folder tells
  bool operator==(const Cgroup&) const = default;
};

struct CgroupList {
  std::vector<Cgroup> cgroups;  // by path
  size_t left_out = 0;          // beyond the limits
};

/// Walks the trees below these folders as one.
Result<CgroupList> list_cgroups(const std::vector<std::string>& roots, const CgroupLimits& limits = {});

}  // namespace oreum::collect
