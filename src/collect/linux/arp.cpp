// The neighbour table: /proc/net/arp, a heading, then a line an entry; the sixth field is the device.
#include <fmt/core.h>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kEntries = gauge("node_arp_entries", "ARP entries by device");

class Arp final : public Collector {
 public:
  explicit Arp(const Context& context) : file_(context.roots.procfs("net/arp")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, file_.read());
    for (Device& device : devices_) device.entries = 0;
    hostfs::Lines lines(text);
    lines.next();
    while (const auto line = lines.next()) TRY(count(*line));
    std::erase_if(devices_, [](const Device& device) { return device.entries == 0; });
    for (const Device& device : devices_) {
      sink.emit(kEntries, {{"device", device.name}}, static_cast<double>(device.entries));
    }
    return {};
  }

 private:
  struct Device {
    std::string name;
    size_t entries = 0;
  };

  Status count(std::string_view line) {
    std::array<std::string_view, 6> fields;
    const size_t n = hostfs::split_fields(line, fields);
    if (n == 0) return {};
    if (n != fields.size()) return Error(Code::kUnavailable, fmt::format("{}: expected six fields", file_.path()));
    for (Device& device : devices_) {
      if (device.name == fields[5]) {
        ++device.entries;
        return {};
      }
    }
    devices_.push_back({std::string(fields[5]), 1});
    return {};
  }

  hostfs::KeptFile file_;
  std::vector<Device> devices_;  // in the order first seen
};

}  // namespace

std::unique_ptr<Collector> make_arp(const Context& context) { return std::make_unique<Arp>(context); }

}  // namespace oreum::collect
