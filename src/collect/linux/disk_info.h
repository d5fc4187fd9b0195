// A part of the diskstats collector: what udev knows of a disk, from /run/udev/data/b<major>:<minor>.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "collect/sink.h"

namespace oreum::collect {

/// Plain data; empty texts are what udev does not say.
struct DiskInfo {
  enum Key {
    kAta,
    kAtaRotation,
    kAtaWriteCache,
    kAtaWriteCacheEnabled,
    kDmLvLayer,
    kDmLvName,
    kDmName,
    kDmUuid,
    kDmVgName,
    kFsType,
    kFsUsage,
    kFsUuid,
    kFsVersion,
    kModel,
    kPath,
    kRevision,
    kSerial,
    kWwn,
    kKeys
  };
  std::array<std::string, kKeys> values;

  /// From lines "E:ID_MODEL=…"; other lines are skipped.
  static DiskInfo parse(std::string_view text);

  void emit_info(std::string_view device, std::string_view major, std::string_view minor, Sink& sink) const;
  void emit_filesystem(std::string_view device, Sink& sink) const;
  void emit_device_mapper(std::string_view device, Sink& sink) const;
  void emit_ata_write_cache(std::string_view device, Sink& sink) const;
  void emit_ata_write_cache_enabled(std::string_view device, Sink& sink) const;
  void emit_ata_rotation(std::string_view device, Sink& sink) const;

 private:
  void emit_ata(const model::MetricDesc& desc, Key key, std::string_view device, Sink& sink) const;
};

}  // namespace oreum::collect
