// The devices of mounted Btrfs file systems, as ioctls tell them: sizes, use and error counters.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hostfs/hostfs.h"

namespace oreum::collect {

/// In the order of the kernel's btrfs_dev_stat_values.
inline constexpr std::array<std::string_view, 5> kBtrfsErrors{"write", "read", "flush", "corruption", "generation"};

struct BtrfsDevice {
  std::string name;  // "sda" for /dev/sda
  std::string uuid;
  uint64_t total_bytes = 0;
  uint64_t used_bytes = 0;
  std::array<uint64_t, kBtrfsErrors.size()> errors{};
};

/// Not thread-safe.
class BtrfsMounts {
 public:
  explicit BtrfsMounts(hostfs::Roots roots) : roots_(std::move(roots)) {}

  /// Asks every mounted Btrfs. One that cannot be asked (no rights, gone) is left out.
  void scan();
  /// Null when this file system is not mounted or cannot be asked.
  const std::vector<BtrfsDevice>* find(const std::string& filesystem_uuid) const;

 private:
  hostfs::Roots roots_;
  std::map<std::string, std::vector<BtrfsDevice>> by_uuid_;
};

}  // namespace oreum::collect
