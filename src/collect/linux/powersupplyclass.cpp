// Batteries and mains: /sys/class/power_supply/<name>, in micro-units and tenths of a degree.
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kInfo = gauge("node_power_supply_info", "info of /sys/class/power_supply/<power_supply>.");

struct Value {
  std::string_view file;
  model::MetricDesc desc;
  double divisor;
};

constexpr Value value(std::string_view file, std::string_view name, double divisor) {
  return {file, gauge(name, "A value of /sys/class/power_supply/<power_supply>."), divisor};
}

constexpr double kPlain = 1;
constexpr double kMicro = 1e6;
constexpr double kTenths = 10;

constexpr Value kValues[] = {
    value("authentic", "node_power_supply_authentic", kPlain),
    value("calibrate", "node_power_supply_calibrate", kPlain),
    value("capacity", "node_power_supply_capacity", kPlain),
    value("capacity_alert_max", "node_power_supply_capacity_alert_max", kPlain),
    value("capacity_alert_min", "node_power_supply_capacity_alert_min", kPlain),
    value("cycle_count", "node_power_supply_cyclecount", kPlain),
    value("online", "node_power_supply_online", kPlain),
    value("present", "node_power_supply_present", kPlain),
    value("time_to_empty_now", "node_power_supply_time_to_empty_seconds", kPlain),
    value("time_to_full_now", "node_power_supply_time_to_full_seconds", kPlain),
    value("current_boot", "node_power_supply_current_boot", kMicro),
    value("current_max", "node_power_supply_current_max", kMicro),
    value("current_now", "node_power_supply_current_ampere", kMicro),
    value("energy_empty", "node_power_supply_energy_empty", kMicro),
    value("energy_empty_design", "node_power_supply_energy_empty_design", kMicro),
    value("energy_full", "node_power_supply_energy_full", kMicro),
    value("energy_full_design", "node_power_supply_energy_full_design", kMicro),
    value("energy_now", "node_power_supply_energy_watthour", kMicro),
    value("voltage_boot", "node_power_supply_voltage_boot", kMicro),
    value("voltage_max", "node_power_supply_voltage_max", kMicro),
    value("voltage_max_design", "node_power_supply_voltage_max_design", kMicro),
    value("voltage_min", "node_power_supply_voltage_min", kMicro),
    value("voltage_min_design", "node_power_supply_voltage_min_design", kMicro),
    value("voltage_now", "node_power_supply_voltage_volt", kMicro),
    value("voltage_ocv", "node_power_supply_voltage_ocv", kMicro),
    value("charge_control_limit", "node_power_supply_charge_control_limit", kMicro),
    value("charge_control_limit_max", "node_power_supply_charge_control_limit_max", kMicro),
    value("charge_counter", "node_power_supply_charge_counter", kMicro),
    value("charge_empty", "node_power_supply_charge_empty", kMicro),
    value("charge_empty_design", "node_power_supply_charge_empty_design", kMicro),
    value("charge_full", "node_power_supply_charge_full", kMicro),
    value("charge_full_design", "node_power_supply_charge_full_design", kMicro),
    value("charge_now", "node_power_supply_charge_ampere", kMicro),
    value("charge_term_current", "node_power_supply_charge_term_current", kMicro),
    value("constant_charge_current", "node_power_supply_constant_charge_current", kMicro),
    value("constant_charge_current_max", "node_power_supply_constant_charge_current_max", kMicro),
    value("constant_charge_voltage", "node_power_supply_constant_charge_voltage", kMicro),
    value("constant_charge_voltage_max", "node_power_supply_constant_charge_voltage_max", kMicro),
    value("precharge_current", "node_power_supply_precharge_current", kMicro),
    value("input_current_limit", "node_power_supply_input_current_limit", kMicro),
    value("power_now", "node_power_supply_power_watt", kMicro),
    value("temp", "node_power_supply_temp_celsius", kTenths),
    value("temp_alert_max", "node_power_supply_temp_alert_max_celsius", kTenths),
    value("temp_alert_min", "node_power_supply_temp_alert_min_celsius", kTenths),
    value("temp_ambient", "node_power_supply_temp_ambient_celsius", kTenths),
    value("temp_ambient_max", "node_power_supply_temp_ambient_max_celsius", kTenths),
    value("temp_ambient_min", "node_power_supply_temp_ambient_min_celsius", kTenths),
    value("temp_max", "node_power_supply_temp_max_celsius", kTenths),
    value("temp_min", "node_power_supply_temp_min_celsius", kTenths),
};

/// The files that become labels of kInfo where they say something.
constexpr std::string_view kTexts[] = {"capacity_level", "charge_type", "health",        "manufacturer",
                                       "model_name",     "scope",       "serial_number", "status",
                                       "technology",     "type",        "usb_type"};

class PowerSupplyClass final : public Collector {
 public:
  explicit PowerSupplyClass(const Context& context) : class_(context.roots.sysfs("class/power_supply")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> supplies, list_or_no_data(class_.path()));
    for (const std::string& supply : supplies) {
      const Attributes folder = class_.folder(supply);
      for (const auto& [file, desc, divisor] : kValues) {
        // A battery has a dozen of them; a driver may also answer with ENODATA.
        if (const auto n = folder.i64(file)) {
          sink.emit(desc, {{"power_supply", supply}}, static_cast<double>(*n) / divisor);
        }
      }
      emit_info(sink, supply, folder);
    }
    return {};
  }

 private:
  static void emit_info(Sink& sink, std::string_view supply, const Attributes& folder) {
    std::string values[std::size(kTexts)];
    std::vector<model::Label> labels{{"power_supply", supply}};
    for (size_t i = 0; i < std::size(kTexts); ++i) {
      values[i] = folder.text(kTexts[i]).value_or("");
      if (!values[i].empty()) labels.push_back({kTexts[i], values[i]});
    }
    sink.emit(kInfo, labels, 1);
  }

  Attributes class_;
};

}  // namespace

std::unique_ptr<Collector> make_powersupplyclass(const Context& context) {
  return std::make_unique<PowerSupplyClass>(context);
}

}  // namespace oreum::collect
