// Network devices' properties: /sys/class/net/<device>/*. Some twenty files a device, several behind a lock of the
// kernel, and they seldom change: read in the slow lane.
#include <algorithm>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kUp = gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.");
constexpr model::MetricDesc kInfo =
    gauge("node_network_info", "Non-numeric data from /sys/class/net/<iface>, value is always 1.");

struct Attribute {
  std::string_view file;
  model::MetricDesc desc;
  double scale = 1;
};
constexpr double kBytesPerMegabit = 1e6 / 8;
constexpr auto kAttributes = std::to_array<Attribute>({
    {"addr_assign_type", gauge("node_network_address_assign_type", "Network device property: address_assign_type")},
    {"carrier", gauge("node_network_carrier", "Network device property: carrier")},
    {"carrier_changes",
     counter("node_network_carrier_changes_total", "Network device property: carrier_changes_total")},
    {"carrier_down_count",
     counter("node_network_carrier_down_changes_total", "Network device property: carrier_down_changes_total")},
    {"carrier_up_count",
     counter("node_network_carrier_up_changes_total", "Network device property: carrier_up_changes_total")},
    {"dev_id", gauge("node_network_device_id", "Network device property: device_id")},
    {"dormant", gauge("node_network_dormant", "Network device property: dormant")},
    {"flags", gauge("node_network_flags", "Network device property: flags")},
    {"ifindex", gauge("node_network_iface_id", "Network device property: iface_id")},
    {"iflink", gauge("node_network_iface_link", "Network device property: iface_link")},
    {"link_mode", gauge("node_network_iface_link_mode", "Network device property: iface_link_mode")},
    {"mtu", gauge("node_network_mtu_bytes", "Network device property: mtu_bytes")},
    {"name_assign_type", gauge("node_network_name_assign_type", "Network device property: name_assign_type")},
    {"netdev_group", gauge("node_network_net_dev_group", "Network device property: net_dev_group")},
    {"speed", gauge("node_network_speed_bytes", "Network device property: speed_bytes"), kBytesPerMegabit},
    {"tx_queue_len", gauge("node_network_transmit_queue_length", "Network device property: transmit_queue_length")},
    {"type", gauge("node_network_protocol_type", "Network device property: protocol_type")},
});

/// Devices whose files stay open: opening costs more than reading, but a host of containers has thousands of devices.
constexpr size_t kMostKept = 32;

struct Device {
  std::string name;
  std::string address, broadcast, duplex, ifalias, operstate;
  std::array<std::optional<int64_t>, kAttributes.size()> values;
};

/// "0x1003" or "-1".
std::optional<int64_t> parse_any_base(std::string_view text) {
  if (!text.starts_with("0x")) return parse_i64(text);
  const std::optional<uint64_t> number = parse_hex(text);
  return number ? std::optional(static_cast<int64_t>(*number)) : std::nullopt;
}

class Netclass final : public Collector {
 public:
  explicit Netclass(const Context& context) : folder_(context.roots.sysfs("class/net")) {}

  Status collect(Sink& sink) override {
    const Result<std::vector<std::string>> names = hostfs::list_dir(folder_);
    if (!names && names.error().code() == Code::kNotFound) return no_data();
    if (!names) return names.error();
    size_t count = 0;
    for (const std::string& name : *names) {
      // bonding_masters is a file among the links to devices.
      if (!hostfs::is_dir(folder_ + "/" + name)) continue;
      if (count == devices_.size()) devices_.emplace_back();
      read_device(name, devices_[count++]);
    }
    devices_.resize(count);
    files_.sweep();
    // A second sweep without a reading closes all.
    if (count > kMostKept) files_.sweep();
    emit(sink);
    return {};
  }

 private:
  /// Empty when it cannot be read: many attributes are refused for devices that are down or have no such thing.
  std::optional<std::string_view> read(const std::string& device, std::string_view attribute) {
    path_.assign(folder_).append("/").append(device).append("/").append(attribute);
    return files_.try_read(path_);
  }

  void read_device(const std::string& name, Device& device) {
    device.name = name;
    device.address = read(name, "address").value_or("");
    device.broadcast = read(name, "broadcast").value_or("");
    device.duplex = read(name, "duplex").value_or("");
    device.ifalias = read(name, "ifalias").value_or("");
    device.operstate = read(name, "operstate").value_or("");
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      const std::optional<std::string_view> text = read(name, kAttributes[i].file);
      device.values[i] = text ? parse_any_base(*text) : std::nullopt;
    }
  }

  void emit(Sink& sink) const {
    for (const Device& d : devices_) sink.emit(kUp, {{"device", d.name}}, d.operstate == "up" ? 1 : 0);
    for (const Device& d : devices_) {
      sink.emit(kInfo,
                {{"device", d.name},
                 {"address", d.address},
                 {"broadcast", d.broadcast},
                 {"duplex", d.duplex},
                 {"operstate", d.operstate},
                 {"ifalias", d.ifalias}},
                1);
    }
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      for (const Device& d : devices_) {
        if (!d.values[i]) continue;
        sink.emit(kAttributes[i].desc, {{"device", d.name}}, static_cast<double>(*d.values[i]) * kAttributes[i].scale);
      }
    }
  }

  std::string folder_;
  std::string path_;
  hostfs::KeptFiles files_;
  std::vector<Device> devices_;
};

}  // namespace

std::unique_ptr<Collector> make_netclass(const Context& context) { return std::make_unique<Netclass>(context); }

}  // namespace oreum::collect
