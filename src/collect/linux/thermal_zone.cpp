// Thermal zones and cooling devices: /sys/class/thermal/{thermal_zone,cooling_device}<N>.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kTemp = gauge("node_thermal_zone_temp", "Zone temperature in Celsius");
constexpr model::MetricDesc kState =
    gauge("node_cooling_device_cur_state", "Current throttle state of the cooling device");
constexpr model::MetricDesc kMaxState =
    gauge("node_cooling_device_max_state", "Maximum throttle state of the cooling device");

class ThermalZone final : public Collector {
 public:
  explicit ThermalZone(const Context& context) : class_(context.roots.sysfs("class/thermal")) {}

  Status collect(Sink& sink) override {
    const std::vector<std::string> names = class_.names();
    for (const std::string& name : names) emit_zone(sink, name);
    for (const std::string& name : names) emit_cooling(sink, name);
    return {};
  }

 private:
  void emit_zone(Sink& sink, std::string_view name) const {
    const std::string_view zone = number_after("thermal_zone", name);
    if (zone.empty()) return;
    const Attributes folder = class_.folder(name);
    const std::optional<std::string> type = folder.text("type");
    const std::optional<int64_t> millidegrees = folder.i64("temp");  // no data while the device sleeps
    if (!type || !millidegrees) return;
    sink.emit(kTemp, {{"zone", zone}, {"type", *type}}, static_cast<double>(*millidegrees) / 1000);
  }

  void emit_cooling(Sink& sink, std::string_view name) const {
    const std::string_view device = number_after("cooling_device", name);
    if (device.empty()) return;
    const Attributes folder = class_.folder(name);
    const std::optional<std::string> type = folder.text("type");
    if (!type) return;
    const std::initializer_list<model::Label> labels{{"name", device}, {"type", *type}};
    // -1 where the driver does not know (intel_powerclamp).
    if (const auto state = folder.i64("cur_state")) sink.emit(kState, labels, static_cast<double>(*state));
    if (const auto state = folder.i64("max_state")) sink.emit(kMaxState, labels, static_cast<double>(*state));
  }

  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_thermal_zone(const Context& context) { return std::make_unique<ThermalZone>(context); }

}  // namespace oreum::collect
