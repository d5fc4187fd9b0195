#include "collect/linux/disk_info.h"

#include "base/number.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo = gauge("node_disk_info", "Info of /sys/block/<block_device>.");
constexpr model::MetricDesc kFilesystem = gauge("node_disk_filesystem_info", "Info about disk filesystem.");
constexpr model::MetricDesc kDeviceMapper = gauge("node_disk_device_mapper_info", "Info about disk device mapper.");
constexpr model::MetricDesc kWriteCache = gauge("node_disk_ata_write_cache", "ATA disk has a write cache.");
constexpr model::MetricDesc kWriteCacheEnabled =
    gauge("node_disk_ata_write_cache_enabled", "ATA disk has its write cache enabled.");
constexpr model::MetricDesc kRotation =
    gauge("node_disk_ata_rotation_rate_rpm", "ATA disk rotation rate in RPMs (0 for SSDs).");

constexpr std::array<std::string_view, DiskInfo::kKeys> kNames{"ID_ATA",
                                                               "ID_ATA_ROTATION_RATE_RPM",
                                                               "ID_ATA_WRITE_CACHE",
                                                               "ID_ATA_WRITE_CACHE_ENABLED",
                                                               "DM_LV_LAYER",
                                                               "DM_LV_NAME",
                                                               "DM_NAME",
                                                               "DM_UUID",
                                                               "DM_VG_NAME",
                                                               "ID_FS_TYPE",
                                                               "ID_FS_USAGE",
                                                               "ID_FS_UUID",
                                                               "ID_FS_VERSION",
                                                               "ID_MODEL",
                                                               "ID_PATH",
                                                               "ID_REVISION",
                                                               "ID_SERIAL_SHORT",
                                                               "ID_WWN"};

}  // namespace

DiskInfo DiskInfo::parse(std::string_view text) {
  DiskInfo info;
  for (hostfs::Lines lines(text); auto line = lines.next();) {
    if (!line->starts_with("E:")) continue;
    line->remove_prefix(2);
    const size_t equals = line->find('=');
    if (equals == std::string_view::npos) continue;
    for (size_t i = 0; i < kNames.size(); ++i) {
      if (line->substr(0, equals) == kNames[i]) info.values[i] = line->substr(equals + 1);
    }
  }
  return info;
}

void DiskInfo::emit_info(std::string_view device, std::string_view major, std::string_view minor, Sink& sink) const {
  sink.emit(kInfo,
            {{"device", device},
             {"major", major},
             {"minor", minor},
             {"path", values[kPath]},
             {"wwn", values[kWwn]},
             {"model", values[kModel]},
             {"serial", values[kSerial]},
             {"revision", values[kRevision]}},
            1);
}

void DiskInfo::emit_filesystem(std::string_view device, Sink& sink) const {
  if (values[kFsUsage].empty()) return;
  sink.emit(kFilesystem,
            {{"device", device},
             {"type", values[kFsType]},
             {"usage", values[kFsUsage]},
             {"uuid", values[kFsUuid]},
             {"version", values[kFsVersion]}},
            1);
}

void DiskInfo::emit_device_mapper(std::string_view device, Sink& sink) const {
  if (values[kDmName].empty()) return;
  sink.emit(kDeviceMapper,
            {{"device", device},
             {"name", values[kDmName]},
             {"uuid", values[kDmUuid]},
             {"vg_name", values[kDmVgName]},
             {"lv_name", values[kDmLvName]},
             {"lv_layer", values[kDmLvLayer]}},
            1);
}

void DiskInfo::emit_ata(const model::MetricDesc& desc, Key key, std::string_view device, Sink& sink) const {
  if (values[kAta].empty()) return;
  if (const std::optional<double> value = parse_double(values[key])) sink.emit(desc, {{"device", device}}, *value);
}

void DiskInfo::emit_ata_write_cache(std::string_view device, Sink& sink) const {
  emit_ata(kWriteCache, kAtaWriteCache, device, sink);
}

void DiskInfo::emit_ata_write_cache_enabled(std::string_view device, Sink& sink) const {
  emit_ata(kWriteCacheEnabled, kAtaWriteCacheEnabled, device, sink);
}

void DiskInfo::emit_ata_rotation(std::string_view device, Sink& sink) const {
  emit_ata(kRotation, kAtaRotation, device, sink);
}

}  // namespace oreum::collect
