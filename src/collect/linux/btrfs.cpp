// Btrfs: /sys/fs/btrfs/<uuid>, and what only ioctls of a mounted file system say of its devices.
#include <fmt/core.h>

#include "collect/linux/attributes.h"
#include "collect/linux/btrfs_devices.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo = gauge("node_btrfs_info", "Filesystem information");
constexpr model::MetricDesc kReserve = gauge("node_btrfs_global_rsv_size_bytes", "Size of global reserve.");
constexpr model::MetricDesc kReserved = gauge("node_btrfs_reserved_bytes", "Amount of space reserved for a data type");
constexpr model::MetricDesc kUsed = gauge("node_btrfs_used_bytes", "Amount of used space by a layout/data type");
constexpr model::MetricDesc kSize = gauge("node_btrfs_size_bytes", "Amount of space allocated for a layout/data type");
constexpr model::MetricDesc kRatio =
    gauge("node_btrfs_allocation_ratio", "Data allocation ratio for a layout/data type");
constexpr model::MetricDesc kDeviceSize =
    gauge("node_btrfs_device_size_bytes", "Size of a device that is part of the filesystem.");
constexpr model::MetricDesc kDeviceUnused =
    gauge("node_btrfs_device_unused_bytes", "Unused bytes on a device that is part of the filesystem.");
constexpr model::MetricDesc kDeviceErrors = counter("node_btrfs_device_errors_total", "Errors reported for the device");

constexpr double kSector = 512;

/// Bytes on disk for each byte of data; devices is how many the file system has.
double allocation_ratio(std::string_view mode, size_t devices) {
  const auto n = static_cast<double>(devices);
  if (mode == "single" || mode == "raid0") return 1;
  if (mode == "dup" || mode == "raid1" || mode == "raid10") return 2;
  if (mode == "raid1c3") return 3;
  if (mode == "raid1c4") return 4;
  if (mode == "raid5") return n / (n - 1);
  if (mode == "raid6") return n / (n - 2);
  return 0;
}

double number(const Attributes& folder, std::string_view file) {
  return static_cast<double>(folder.u64(file).value_or(0));
}

class Btrfs final : public Collector {
 public:
  explicit Btrfs(const Context& context) : class_(context.roots.sysfs("fs/btrfs")), mounted_(context.roots) {}

  Status collect(Sink& sink) override {
    bool scanned = false;
    for (const std::string& name : class_.names()) {
      if (name.find('-') == std::string::npos) continue;  // "features" stands beside the file systems
      if (!scanned) mounted_.scan();
      scanned = true;
      emit_filesystem(sink, name, class_.folder(name));
    }
    return {};
  }

 private:
  void emit_filesystem(Sink& sink, const std::string& name, const Attributes& folder) const {
    std::string uuid = folder.text("metadata_uuid").value_or("");
    if (uuid.empty()) uuid = name;
    const std::string label = folder.text("label").value_or("");
    const std::vector<std::string> devices = folder.folder("devices").names();
    sink.emit(kInfo, {{"uuid", uuid}, {"label", label}}, 1);
    const Attributes allocation = folder.folder("allocation");
    sink.emit(kReserve, {{"uuid", uuid}}, number(allocation, "global_rsv_size"));
    for (const std::string_view type : {"data", "metadata", "system"}) {
      emit_allocation(sink, uuid, type, allocation.folder(type), devices.size());
    }
    if (const auto* found = mounted_.find(uuid)) {
      for (const BtrfsDevice& device : *found) emit_device(sink, uuid, device);
      return;
    }
    for (const std::string& device : devices) {
      const double sectors = number(folder.folder("devices"), device + "/size");
      sink.emit(kDeviceSize, {{"uuid", uuid}, {"device", device}}, sectors * kSector);
    }
  }

  static void emit_allocation(Sink& sink, std::string_view uuid, std::string_view type, const Attributes& folder,
                              size_t devices) {
    sink.emit(kReserved, {{"uuid", uuid}, {"block_group_type", type}}, number(folder, "bytes_reserved"));
    for (const std::string& mode : folder.names()) {
      const Attributes layout = folder.folder(mode);
      if (!hostfs::is_dir(layout.path())) continue;
      const std::initializer_list<model::Label> labels{{"uuid", uuid}, {"block_group_type", type}, {"mode", mode}};
      sink.emit(kUsed, labels, number(layout, "used_bytes"));
      sink.emit(kSize, labels, number(layout, "total_bytes"));
      sink.emit(kRatio, labels, allocation_ratio(mode, devices));
    }
  }

  static void emit_device(Sink& sink, std::string_view uuid, const BtrfsDevice& device) {
    const model::Label fs{"uuid", uuid};
    const model::Label name{"device", device.name};
    const model::Label id{"btrfs_dev_uuid", device.uuid};
    sink.emit(kDeviceSize, {fs, name, id}, static_cast<double>(device.total_bytes));
    sink.emit(kDeviceUnused, {fs, name, id}, static_cast<double>(device.total_bytes - device.used_bytes));
    for (size_t i = 0; i < kBtrfsErrors.size(); ++i) {
      sink.emit(kDeviceErrors, {fs, name, id, {"type", kBtrfsErrors[i]}}, static_cast<double>(device.errors[i]));
    }
  }

  Attributes class_;
  BtrfsMounts mounted_;
};

}  // namespace

std::unique_ptr<Collector> make_btrfs(const Context& context) { return std::make_unique<Btrfs>(context); }

}  // namespace oreum::collect
