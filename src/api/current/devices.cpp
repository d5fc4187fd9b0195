// Disks and network interfaces: the same fields for each device, and their sum.
#include <array>
#include <map>
#include <span>
#include <vector>

#include "api/current/current.h"

namespace oreum::api::current {

namespace {

/// What a field of a device's object is called here and which family says it.
struct Field {
  std::string_view key;
  std::string_view family;
  bool additive = true;  // whether the devices' values add up to a total
};

// node_exporter's names on the right; sectors are turned into bytes there already.
constexpr std::array<Field, 10> kDiskFields{{
    {"read_count", "node_disk_reads_completed_total"},
    {"write_count", "node_disk_writes_completed_total"},
    {"read_bytes", "node_disk_read_bytes_total"},
    {"write_bytes", "node_disk_written_bytes_total"},
    {"read_seconds", "node_disk_read_time_seconds_total"},
    {"write_seconds", "node_disk_write_time_seconds_total"},
    {"busy_seconds", "node_disk_io_time_seconds_total", false},
    {"read_bytes_per_second", "disk_read_bytes_per_second"},
    {"write_bytes_per_second", "disk_written_bytes_per_second"},
    {"busy_percent", "disk_io_utilization_percent", false},
}};

constexpr std::array<Field, 10> kNetworkFields{{
    {"bytes_sent", "node_network_transmit_bytes_total"},
    {"bytes_recv", "node_network_receive_bytes_total"},
    {"packets_sent", "node_network_transmit_packets_total"},
    {"packets_recv", "node_network_receive_packets_total"},
    {"errin", "node_network_receive_errs_total"},
    {"errout", "node_network_transmit_errs_total"},
    {"dropin", "node_network_receive_drop_total"},
    {"dropout", "node_network_transmit_drop_total"},
    {"sent_bytes_per_second", "network_transmit_bytes_per_second"},
    {"recv_bytes_per_second", "network_receive_bytes_per_second"},
}};

/// `"devices": {"sda": {…}}, "total": {…}`.
void device_objects(JsonWriter& json, const Families& families, std::span<const Field> fields) {
  using Values = std::vector<std::optional<double>>;
  std::map<std::string_view, Values> devices;
  Values total(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    families.each(fields[i].family, [&](const model::Labels& labels, double v) {
      Values& values = devices[labels.get("device")];
      values.resize(fields.size());
      values[i] = v;
      if (fields[i].additive) total[i] = total[i].value_or(0) + v;
    });
  }
  const auto object = [&](std::string_view key, const Values& values) {
    json.key(key).begin_object();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (values[i]) json.member(fields[i].key, *values[i]);
    }
    json.end_object();
  };
  json.key("devices").begin_object();
  for (const auto& [device, values] : devices) object(device, values);
  json.end_object();
  object("total", total);
}

}  // namespace

void disk(JsonWriter& json, const Families& families) { device_objects(json, families, kDiskFields); }

void network(JsonWriter& json, const Families& families) { device_objects(json, families, kNetworkFields); }

}  // namespace oreum::api::current
