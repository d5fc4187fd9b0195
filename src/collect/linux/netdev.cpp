// Network traffic by device: /proc/net/dev, two lines of heading, then "eth0: " and sixteen numbers, eight received and
// eight sent; rx_nohandler, which is not there, from /sys/class/net. The loopback device is left out, as Debian's
// node_exporter does.
#include <algorithm>

#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "collect/linux/rate.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr size_t kFields = 16;
constexpr size_t kReceiveBytes = 0;
constexpr size_t kTransmitBytes = 8;

constexpr std::array<model::MetricDesc, kFields> kFamilies{
    counter("node_network_receive_bytes_total", "Network device statistic receive_bytes."),
    counter("node_network_receive_packets_total", "Network device statistic receive_packets."),
    counter("node_network_receive_errs_total", "Network device statistic receive_errs."),
    counter("node_network_receive_drop_total", "Network device statistic receive_drop."),
    counter("node_network_receive_fifo_total", "Network device statistic receive_fifo."),
    counter("node_network_receive_frame_total", "Network device statistic receive_frame."),
    counter("node_network_receive_compressed_total", "Network device statistic receive_compressed."),
    counter("node_network_receive_multicast_total", "Network device statistic receive_multicast."),
    counter("node_network_transmit_bytes_total", "Network device statistic transmit_bytes."),
    counter("node_network_transmit_packets_total", "Network device statistic transmit_packets."),
    counter("node_network_transmit_errs_total", "Network device statistic transmit_errs."),
    counter("node_network_transmit_drop_total", "Network device statistic transmit_drop."),
    counter("node_network_transmit_fifo_total", "Network device statistic transmit_fifo."),
    counter("node_network_transmit_colls_total", "Network device statistic transmit_colls."),
    counter("node_network_transmit_carrier_total", "Network device statistic transmit_carrier."),
    counter("node_network_transmit_compressed_total", "Network device statistic transmit_compressed."),
};
constexpr model::MetricDesc kNohandler =
    counter("node_network_receive_nohandler_total", "Network device statistic receive_nohandler.");
constexpr model::MetricDesc kReceiveRate =
    gauge("network_receive_bytes_per_second", "Bytes received a second since the last reading.");
constexpr model::MetricDesc kTransmitRate =
    gauge("network_transmit_bytes_per_second", "Bytes sent a second since the last reading.");

constexpr size_t kKeptOpen = 64;  // a machine with hundreds of containers must not run out of descriptors

struct Device {
  std::string name;
  hostfs::KeptFile nohandler_file;
  std::array<uint64_t, kFields> values{};
  std::optional<uint64_t> nohandler;
  Rate receive;
  Rate transmit;
  std::optional<double> receive_rate;
  std::optional<double> transmit_rate;
  bool seen = false;
};

class Netdev final : public Collector {
 public:
  explicit Netdev(const Context& context)
      : clock_(*context.clock), roots_(context.roots), file_(context.roots.procfs("net/dev")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    const Monotonic::time_point now = clock_.monotonic();
    for (Device& device : devices_) device.seen = false;
    hostfs::Lines lines(text);
    lines.next();
    lines.next();
    at_ = 0;
    while (const auto line = lines.next()) TRY(parse(*line));
    std::erase_if(devices_, [](const Device& device) { return !device.seen; });
    for (Device& device : devices_) finish(device, now);
    emit(sink);
    return {};
  }

 private:
  Status parse(std::string_view line) {
    const size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) return malformed();
    const std::string_view name = trim(line.substr(0, colon));
    if (name == "lo") return {};
    std::array<uint64_t, kFields> values{};
    hostfs::Fields fields(line.substr(colon + 1));
    for (uint64_t& value : values) {
      const std::optional<uint64_t> number = fields.next_u64();
      if (!number) return malformed();
      value = *number;
    }
    Device& device = device_of(name);
    if (!device.seen) device.values = values;
    device.seen = true;
    return {};
  }

  Error malformed() const {
    return {Code::kUnavailable, fmt::format("{}: expected lines NAME: and sixteen numbers", file_.path())};
  }

  /// Devices come in the same order each time; the search goes on where the last one ended.
  Device& device_of(std::string_view name) {
    for (size_t i = 0; i < devices_.size(); ++i) {
      Device& device = devices_[(at_ + i) % devices_.size()];
      if (device.name != name) continue;
      at_ = (at_ + i + 1) % devices_.size();
      return device;
    }
    const std::string path = roots_.sysfs(fmt::format("class/net/{}/statistics/rx_nohandler", name));
    devices_.push_back({std::string(name), hostfs::KeptFile(path)});
    return devices_.back();
  }

  void finish(Device& device, Monotonic::time_point now) {
    const Result<std::string_view> text = device.nohandler_file.read();
    device.nohandler = text ? parse_u64(trim(*text)) : std::nullopt;
    if (devices_.size() > kKeptOpen) device.nohandler_file = hostfs::KeptFile(device.nohandler_file.path());
    device.receive_rate = device.receive.per_second(device.values[kReceiveBytes], now);
    device.transmit_rate = device.transmit.per_second(device.values[kTransmitBytes], now);
  }

  void emit(Sink& sink) const {
    for (size_t i = 0; i < kFields; ++i) {
      for (const Device& device : devices_) {
        sink.emit(kFamilies[i], {{"device", device.name}}, static_cast<double>(device.values[i]));
      }
    }
    for (const Device& device : devices_) {
      if (device.nohandler) {
        sink.emit(kNohandler, {{"device", device.name}}, static_cast<double>(*device.nohandler));
      }
    }
    for (const Device& device : devices_) {
      if (device.receive_rate) sink.emit(kReceiveRate, {{"device", device.name}}, *device.receive_rate);
    }
    for (const Device& device : devices_) {
      if (device.transmit_rate) sink.emit(kTransmitRate, {{"device", device.name}}, *device.transmit_rate);
    }
  }

  const Clock& clock_;
  const hostfs::Roots& roots_;
  hostfs::KeptFile file_;
  std::vector<Device> devices_;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Collector> make_netdev(const Context& context) { return std::make_unique<Netdev>(context); }

}  // namespace oreum::collect
