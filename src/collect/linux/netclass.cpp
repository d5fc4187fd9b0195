// Network devices' properties: /sys/class/net/<device>/*. Some twenty files a device, several behind a lock of the
// kernel. The state of the link is read each time; the rest when that has changed, and now and then.
#include <algorithm>
#include <array>
#include <utility>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/folder.h"
#include "hostfs/shelf.h"
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

/// Descriptors: a host of containers has thousands of devices.
constexpr size_t kMostKept = 192;
/// Readings between two looks at what only an administrator changes (mtu, ifalias …).
constexpr unsigned kAllEvery = 6;

constexpr auto kTexts = std::to_array<std::string_view>({"address", "broadcast", "duplex", "ifalias", "operstate"});
enum : size_t { kAddress, kBroadcast, kDuplex, kAlias, kOperstate };

/// What every change of a link shows in: the counter of changes, or the state itself.
constexpr bool tells_change(std::string_view file) {
  return file == "operstate" || file == "carrier" || file == "carrier_changes" || file == "dormant" ||
         file == "flags" || file == "ifindex";
}

struct Device {
  struct Text {
    hostfs::Shelf::Slot slot;
    std::string value;
  };
  struct Number {
    hostfs::Shelf::Slot slot;
    std::optional<int64_t> value;
  };
  std::string name;
  std::array<Text, kTexts.size()> texts;
  std::array<Number, kAttributes.size()> numbers;
  unsigned age = 0;  // readings since all was read
  bool is_link = false;
  bool seen = false;
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
    TRY(list());
    for (Device& device : devices_) {
      if (device.is_link) read(device);
    }
    emit(sink);
    return {};
  }

 private:
  /// Makes devices_ what is in the folder, in its order.
  Status list() {
    if (const Status status = names_.rewind(); !status) {
      return status.error().code() == Code::kNotFound ? no_data() : status.error();
    }
    for (Device& device : devices_) device.seen = false;
    while (const std::optional<std::string_view> name = names_.next()) {
      const auto at = std::ranges::lower_bound(devices_, *name, {}, &Device::name);
      const bool known = at != devices_.end() && at->name == *name;
      (known ? *at : add(at, *name)).seen = true;
    }
    std::erase_if(devices_, [](const Device& device) { return !device.seen; });
    return {};
  }

  Device& add(std::vector<Device>::iterator at, std::string_view name) {
    Device device;
    device.name = name;
    // bonding_masters is a file among the links to devices.
    device.is_link = hostfs::is_dir(folder_ + "/" + device.name);
    return *devices_.insert(at, std::move(device));
  }

  /// Empty when it cannot be read: many attributes are refused for devices that are down or have no such thing.
  std::optional<std::string_view> read(Device& device, std::string_view attribute, hostfs::Shelf::Slot& slot) {
    path_.assign(folder_).append("/").append(device.name).append("/").append(attribute);
    const std::optional<std::string_view> text = files_.read(slot, path_.c_str());
    return text ? std::optional(trim(*text)) : std::nullopt;
  }

  void read(Device& device) {
    bool changed = device.age++ % kAllEvery == 0;
    changed = read(device, [](std::string_view file) { return tells_change(file); }) || changed;
    if (changed) read(device, [](std::string_view file) { return !tells_change(file); });
  }

  /// True when something has changed.
  template <typename Wanted>
  bool read(Device& device, Wanted wanted) {
    bool changed = false;
    for (size_t i = 0; i < kTexts.size(); ++i) {
      if (!wanted(kTexts[i])) continue;
      const std::string_view text = read(device, kTexts[i], device.texts[i].slot).value_or("");
      changed |= device.texts[i].value != text;
      device.texts[i].value = text;
    }
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      if (!wanted(kAttributes[i].file)) continue;
      const std::optional<std::string_view> text = read(device, kAttributes[i].file, device.numbers[i].slot);
      const std::optional<int64_t> value = text ? parse_any_base(*text) : std::nullopt;
      changed |= std::exchange(device.numbers[i].value, value) != value;
    }
    return changed;
  }

  void emit(Sink& sink) const {
    each([&](const Device& d) { sink.emit(kUp, {{"device", d.name}}, d.texts[kOperstate].value == "up" ? 1 : 0); });
    each([&](const Device& d) {
      sink.emit(kInfo,
                {{"device", d.name},
                 {"address", d.texts[kAddress].value},
                 {"broadcast", d.texts[kBroadcast].value},
                 {"duplex", d.texts[kDuplex].value},
                 {"operstate", d.texts[kOperstate].value},
                 {"ifalias", d.texts[kAlias].value}},
                1);
    });
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      const Attribute& attribute = kAttributes[i];
      each([&](const Device& d) {
        const std::optional<int64_t>& value = d.numbers[i].value;
        if (value) sink.emit(attribute.desc, {{"device", d.name}}, static_cast<double>(*value) * attribute.scale);
      });
    }
  }

  template <typename F>
  void each(F f) const {
    for (const Device& device : devices_) {
      if (device.is_link) f(device);
    }
  }

  std::string folder_;
  hostfs::Folder names_{folder_};
  std::string path_;
  hostfs::Shelf files_{kMostKept};
  std::vector<Device> devices_;  // by name
};

}  // namespace

std::unique_ptr<Collector> make_netclass(const Context& context) { return std::make_unique<Netclass>(context); }

}  // namespace oreum::collect
