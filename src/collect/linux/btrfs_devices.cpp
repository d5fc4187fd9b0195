#include "collect/linux/btrfs_devices.h"

#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>

#include "base/file.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

/// 8-4-4-4-12 hexadecimal digits.
std::string uuid_text(std::span<const __u8, BTRFS_UUID_SIZE> bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", bytes[i]);
  }
  return out;
}

/// The kernel writes blanks, line ends and backslashes of a mount point as "\040".
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<BtrfsDevice> ask_device(int fd, __u64 id) {
  btrfs_ioctl_dev_info_args info{};
  info.devid = id;
  btrfs_ioctl_get_dev_stats stats{};
  stats.devid = id;
  stats.nr_items = BTRFS_DEV_STAT_VALUES_MAX;
  if (::ioctl(fd, BTRFS_IOC_DEV_INFO, &info) != 0 || ::ioctl(fd, BTRFS_IOC_GET_DEV_STATS, &stats) != 0) {
    return std::nullopt;
  }
  BtrfsDevice device;
  info.path[sizeof(info.path) - 1] = 0;
  const std::string_view path(reinterpret_cast<const char*>(info.path));
  device.name = path.substr(path.rfind('/') + 1);
  device.uuid = uuid_text(info.uuid);
  device.total_bytes = info.total_bytes;
  device.used_bytes = info.bytes_used;
  static_assert(kBtrfsErrors.size() == BTRFS_DEV_STAT_VALUES_MAX);
  for (size_t i = 0; i < device.errors.size(); ++i) device.errors[i] = stats.values[i];
  return device;
}

}  // namespace

void BtrfsMounts::scan() {
  by_uuid_.clear();
  // Process 1's mounts are the machine's; ours may be a container's.
  hostfs::KeptFile mounts(roots_.procfs("1/mounts"));
  hostfs::KeptFile own_mounts(roots_.procfs("mounts"));
  Result<std::string_view> text = mounts.read();
  if (!text) text = own_mounts.read();
  hostfs::Lines lines(text.value_or(""));
  while (const auto line = lines.next()) {
    std::array<std::string_view, 3> field;  // device, mount point, type
    if (hostfs::split_fields(*line, field) < 3 || field[2] != "btrfs") continue;
    const Fd fd(::open(roots_.rootfs(unescape(field[1])).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    btrfs_ioctl_fs_info_args info{};
    if (!fd.valid() || ::ioctl(fd.get(), BTRFS_IOC_FS_INFO, &info) != 0) continue;
    const auto [place, added] = by_uuid_.try_emplace(uuid_text(info.fsid));
    if (!added) continue;  // seen at another mount point
    // Numbers of devices that were removed stay free.
    for (__u64 id = 0; id <= info.max_id && place->second.size() < info.num_devices; ++id) {
      if (auto device = ask_device(fd.get(), id)) place->second.push_back(std::move(*device));
    }
    if (place->second.empty()) by_uuid_.erase(place);  // no rights to ask
  }
}

const std::vector<BtrfsDevice>* BtrfsMounts::find(const std::string& filesystem_uuid) const {
  const auto found = by_uuid_.find(filesystem_uuid);
  return found == by_uuid_.end() ? nullptr : &found->second;
}

}  // namespace oreum::collect
