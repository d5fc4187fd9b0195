// Memory, swap and what is mounted.
#include <map>

#include <unistd.h>

#include "api/current/current.h"

namespace oreum::api::current {

void memory(JsonWriter& json, const Families& families) {
  const std::optional<double> total = families.value("node_memory_MemTotal_bytes");
  const std::optional<double> available = families.value("node_memory_MemAvailable_bytes");
  if (total) json.member("total", *total);
  if (available) json.member("available", *available);
  if (total && available) json.member("used", *total - *available);
  member_of(json, "free", families, "node_memory_MemFree_bytes");
  member_of(json, "percent", families, "memory_usage_percent");
  member_of(json, "active", families, "node_memory_Active_bytes");
  member_of(json, "inactive", families, "node_memory_Inactive_bytes");
  member_of(json, "buffers", families, "node_memory_Buffers_bytes");
  member_of(json, "cached", families, "node_memory_Cached_bytes");
  member_of(json, "shared", families, "node_memory_Shmem_bytes");
  member_of(json, "slab", families, "node_memory_Slab_bytes");
  member_of(json, "dirty", families, "node_memory_Dirty_bytes");
}

void swap(JsonWriter& json, const Families& families) {
  const std::optional<double> total = families.value("node_memory_SwapTotal_bytes");
  const std::optional<double> free = families.value("node_memory_SwapFree_bytes");
  if (total) json.member("total", *total);
  if (total && free) json.member("used", *total - *free);
  if (free) json.member("free", *free);
  member_of(json, "percent", families, "swap_usage_percent");
  // The kernel counts pages; bytes since boot are what people know.
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  if (const auto in = families.value("node_vmstat_pswpin")) json.member("sin", *in * page);
  if (const auto out = families.value("node_vmstat_pswpout")) json.member("sout", *out * page);
}

void filesystem(JsonWriter& json, const Families& families) {
  struct Mount {
    model::Labels labels;
    std::optional<double> size, free, available, percent;
  };
  std::map<std::string, Mount, std::less<>> mounts;  // by mount point
  const auto read = [&](std::string_view family, std::optional<double> Mount::* field) {
    families.each(family, [&](const model::Labels& labels, double v) {
      Mount& mount = mounts[std::string(labels.get("mountpoint"))];
      if (mount.labels.empty()) mount.labels = labels;
      mount.*field = v;
    });
  };
  read("node_filesystem_size_bytes", &Mount::size);
  read("node_filesystem_free_bytes", &Mount::free);
  read("node_filesystem_avail_bytes", &Mount::available);
  read("disk_usage_percent", &Mount::percent);
  json.key("mounts").begin_array();
  for (const auto& [point, mount] : mounts) {
    json.begin_object().member("mountpoint", point).member("device", mount.labels.get("device"));
    json.member("fstype", mount.labels.get("fstype"));
    if (mount.size) json.member("total", *mount.size);
    if (mount.size && mount.free) json.member("used", *mount.size - *mount.free);
    // Free to users who are not root, as df and psutil say it.
    if (mount.available) json.member("free", *mount.available);
    if (mount.percent) json.member("percent", *mount.percent);
    json.end_object();
  }
  json.end_array();
}

}  // namespace oreum::api::current
