// Bonded network interfaces: /sys/class/net/bonding_masters names them, <master>/bonding/slaves their slaves.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kSlaves =
    gauge("node_bonding_slaves", "Number of configured slaves per bonding interface.");
constexpr model::MetricDesc kActive = gauge("node_bonding_active", "Number of active slaves per bonding interface.");

/// A slave's link state is found through its master. Old kernels call the link slave_<name>.
bool is_up(const Attributes& master, std::string_view slave) {
  for (const std::string_view prefix : {"lower_", "slave_"}) {
    const Attributes link = master.folder(std::string(prefix).append(slave));
    if (const auto state = link.text("bonding_slave/mii_status")) return *state == "up";
  }
  return false;
}

class Bonding final : public Collector {
 public:
  explicit Bonding(const Context& context)
      : net_(context.roots.sysfs("class/net")), masters_(net_.path_of("bonding_masters")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::string_view text, read_or_no_data(masters_));
    hostfs::Fields masters(trim(text));
    for (std::string_view name = masters.next(); !name.empty(); name = masters.next()) {
      const Attributes master = net_.folder(name);
      const std::optional<std::string> slaves = master.text("bonding/slaves");
      if (!slaves) continue;  // it went away meanwhile
      int configured = 0;
      int active = 0;
      hostfs::Fields fields(*slaves);
      for (std::string_view slave = fields.next(); !slave.empty(); slave = fields.next()) {
        ++configured;
        if (is_up(master, slave)) ++active;
      }
      sink.emit(kSlaves, {{"master", name}}, configured);
      sink.emit(kActive, {{"master", name}}, active);
    }
    return {};
  }

 private:
  Attributes net_;
  hostfs::KeptFile masters_;
};

}  // namespace

std::unique_ptr<Collector> make_bonding(const Context& context) { return std::make_unique<Bonding>(context); }

}  // namespace oreum::collect
