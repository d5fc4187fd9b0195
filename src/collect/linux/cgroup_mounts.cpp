#include "collect/linux/cgroup_mounts.h"

#include "hostfs/text.h"

namespace oreum::collect {

namespace {

std::string* controller_slot(CgroupMounts& mounts, std::string_view controller) {
  if (controller == "cpu") return &mounts.cpu;
  if (controller == "cpuacct") return &mounts.cpuacct;
  if (controller == "memory") return &mounts.memory;
  if (controller == "blkio") return &mounts.blkio;
  if (controller == "pids") return &mounts.pids;
  return nullptr;
}

void add_controllers(CgroupMounts& mounts, std::string_view comma_separated, const std::string& folder) {
  while (!comma_separated.empty()) {
    const size_t end = comma_separated.find(',');
    std::string* slot = controller_slot(mounts, comma_separated.substr(0, end));
    if (slot != nullptr && slot->empty()) *slot = folder;
    if (end == std::string_view::npos) break;
    comma_separated.remove_prefix(end + 1);
  }
}

std::string rooted(std::string_view mount_point, const hostfs::Roots& roots) {
  constexpr std::string_view kSys = "/sys/";
  if (mount_point.starts_with(kSys)) return roots.sysfs(mount_point.substr(kSys.size()));
  return roots.rootfs(mount_point);
}

/// What is usual where mountinfo cannot be read.
CgroupMounts guess_cgroup_mounts(const hostfs::Roots& roots) {
  CgroupMounts mounts;
  const std::string base = roots.sysfs("fs/cgroup");
  if (hostfs::exists(base + "/cgroup.controllers")) {
    mounts.unified = base;
    return mounts;
  }
  const auto names = hostfs::list_dir(base);
  if (!names) return mounts;
  for (const std::string& name : *names) add_controllers(mounts, name, base + "/" + name);
  if (!mounts.v1() && hostfs::is_dir(base + "/unified")) mounts.unified = base + "/unified";
  return mounts;
}

}  // namespace

CgroupMounts parse_cgroup_mounts(std::string_view mountinfo, const hostfs::Roots& roots) {
  CgroupMounts mounts;
  hostfs::Lines lines(mountinfo);
  while (const std::optional<std::string_view> line = lines.next()) {
    // "31 23 0:28 / /sys/fs/cgroup/cpu rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct"
    const size_t dash = line->find(" - ");
    if (dash == std::string_view::npos) continue;
    hostfs::Fields before(line->substr(0, dash));
    for (int skipped = 0; skipped < 4; ++skipped) before.next();
    const std::string_view mount_point = before.next();
    hostfs::Fields after(line->substr(dash + 3));
    const std::string_view type = after.next();
    after.next();  // the source
    if (mount_point.empty()) continue;
    if (type == "cgroup") add_controllers(mounts, after.next(), rooted(mount_point, roots));
    if (type == "cgroup2" && mounts.unified.empty()) mounts.unified = rooted(mount_point, roots);
  }
  if (mounts.v1()) mounts.unified.clear();
  return mounts;
}

CgroupMounts find_cgroup_mounts(const hostfs::Roots& roots) {
  for (const char* path : {"1/mountinfo", "self/mountinfo"}) {
    hostfs::KeptFile file(roots.procfs(path));
    const auto text = file.read();
    if (!text) continue;
    CgroupMounts mounts = parse_cgroup_mounts(*text, roots);
    if (!mounts.none()) return mounts;
  }
  return guess_cgroup_mounts(roots);
}

}  // namespace oreum::collect
