// Sensors: /sys/class/hwmon/hwmon<N>, files <type><number>_<property>, e.g. temp1_input, in thousandths or millionths.
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/core.h>

#include "base/number.h"
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

using model::MetricType;

constexpr model::MetricDesc kChip = gauge("node_hwmon_chip_names", "Annotation metric for human-readable chip names");
constexpr model::MetricDesc kLabel = gauge("node_hwmon_sensor_label", "Label for given chip and sensor");
constexpr model::MetricDesc kBeep = gauge("node_hwmon_beep_enabled", "Hardware beep enabled");
constexpr model::MetricDesc kVrm = gauge("node_hwmon_voltage_regulator_version", "Hardware voltage regulator");
constexpr model::MetricDesc kInterval = gauge("node_hwmon_update_interval_seconds", "Hardware monitor update interval");

constexpr std::string_view kTypes[] = {
    "vrm",  "beep_enable", "update_interval", "in",     "cpu",      "fan",      "pwm",
    "temp", "curr",        "power",           "energy", "humidity", "intrusion"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct FileName {
  std::string_view type;
  uint64_t number = 0;
  std::string_view property;  // empty: the sensor's own value
};

/// "power1_average_interval" → power, 1, average_interval. Empty when the file is no sensor's.
std::optional<FileName> parse_file_name(std::string_view text) {
  FileName out;
  const auto digit = static_cast<size_t>(std::ranges::find_if(text, is_digit) - text.begin());
  out.type = text.substr(0, digit);
  if (std::ranges::find(kTypes, out.type) == std::end(kTypes)) return std::nullopt;
  text.remove_prefix(digit);
  if (text.empty()) return out;
  const size_t end = std::min(text.find('_'), text.size());
  const std::optional<uint64_t> number = parse_u64(text.substr(0, end));
  if (!number) return std::nullopt;
  out.number = *number;
  text.remove_prefix(end);
  if (text.empty()) return out;
  out.property = text.substr(1);
  return out.property.empty() ? std::nullopt : std::optional(out);
}

/// Lower case, everything but letters, digits, ':' and '_' made '_', none of these at the ends.
std::string clean(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool good = (lower >= 'a' && lower <= 'z') || is_digit(lower) || lower == ':' || lower == '_';
    out += good ? lower : '_';
  }
  const size_t first = out.find_first_not_of('_');
  return first == std::string::npos ? "" : out.substr(first, out.find_last_not_of('_') - first + 1);
}

struct Sensor {
  std::string_view type;  // in kTypes
  std::map<std::string, std::string> properties;
};
using Sensors = std::map<std::string, Sensor>;  // by type and number: "temp1"

void read_sensors(const Attributes& folder, Sensors& sensors) {
  for (const std::string& file : folder.names()) {
    const std::optional<FileName> name = parse_file_name(file);
    if (!name) continue;
    // A sensor that sleeps or is not connected answers with an error.
    std::optional<std::string> value = folder.raw(file);
    if (!value) continue;
    while (value->ends_with('\n')) value->pop_back();
    const auto type = std::ranges::find(kTypes, name->type);
    Sensor& sensor = sensors[fmt::format("{}{}", *type, name->number)];
    sensor.type = *type;
    sensor.properties[std::string(name->property)] = std::move(*value);
  }
}

/// The name by which series know the chip: its place on its bus, which unlike hwmon's number is the same after a boot.
std::string stable_name(const Attributes& chip) {
  std::error_code error;
  const std::filesystem::path device = std::filesystem::canonical(chip.path_of("device"), error);
  if (!error) {
    const std::string bus = clean(device.parent_path().filename().string());
    const std::string name = clean(device.filename().string());
    if (!bus.empty() && !name.empty()) return bus + "_" + name;
    if (!name.empty()) return name;
  }
  std::string name = clean(chip.text("name").value_or(""));
  if (!name.empty()) return name;
  return clean(std::filesystem::canonical(chip.path(), error).filename().string());
}

/// How a property of a type is shown: unit is the end of the metric's name.
struct Form {
  std::string unit;
  std::string help;
  MetricType type = MetricType::kGauge;
  double multiply = 1;
  double divide = 1;
};

Form form_of(std::string_view type, std::string_view property) {
  constexpr double kMilli = 0.001;
  constexpr double kMicro = 1e6;  // divided by: 1e-6 is no exact double
  const bool interval = property.starts_with("average_interval");
  if (property == "fault" || property == "alarm")
    return {"", fmt::format("Hardware sensor {} status ({})", property, type)};
  if (property == "beep") return {"_enabled", "Hardware monitor sensor has beeping enabled"};
  if (type == "in" || type == "cpu") {
    return {"_volts", fmt::format("Hardware monitor for voltage ({})", property), MetricType::kGauge, kMilli};
  }
  if (type == "temp" && property != "type") {
    return {"_celsius", fmt::format("Hardware monitor for temperature ({})", property.empty() ? "input" : property),
            MetricType::kGauge, kMilli};
  }
  if (type == "curr") {
    return {"_amps", fmt::format("Hardware monitor for current ({})", property), MetricType::kGauge, kMilli};
  }
  if (type == "energy") {
    return {"_joule_total", fmt::format("Hardware monitor for joules used so far ({})", property), MetricType::kCounter,
            1, kMicro};
  }
  if (type == "power" && property == "accuracy") {
    return {"", "Hardware monitor power meter accuracy, as a ratio", MetricType::kGauge, 1, kMicro};
  }
  if (type == "power" && interval) {
    return {"_seconds", fmt::format("Hardware monitor power usage update interval ({})", property), MetricType::kGauge,
            kMilli};
  }
  if (type == "power") {
    return {"_watt", fmt::format("Hardware monitor for power usage in watts ({})", property), MetricType::kGauge, 1,
            kMicro};
  }
  if (type == "humidity") {
    return {"", fmt::format("Hardware monitor for humidity, as a ratio ({})", property), MetricType::kGauge, 1, kMicro};
  }
  if (type == "fan" && (property == "input" || property == "min" || property == "max" || property == "target")) {
    return {"_rpm", fmt::format("Hardware monitor for fan revolutions per minute ({})", property)};
  }
  return {"", fmt::format("Hardware monitor {} element {}", type, property)};
}

class Hwmon final : public Collector {
 public:
  explicit Hwmon(const Context& context) : class_(context.roots.sysfs("class/hwmon")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> chips, list_or_no_data(class_.path()));
    for (const std::string& chip : chips) {
      const Attributes folder = class_.folder(chip);
      if (hostfs::is_dir(folder.path())) emit_chip(sink, folder);
    }
    return {};
  }

 private:
  void emit_chip(Sink& sink, const Attributes& folder) {
    const std::string chip = stable_name(folder);
    const std::string chip_name = clean(folder.text("name").value_or(""));
    if (!chip_name.empty()) sink.emit(kChip, {{"chip", chip}, {"chip_name", chip_name}}, 1);
    Sensors sensors;
    read_sensors(folder, sensors);
    read_sensors(folder.folder("device"), sensors);  // where drivers from before hwmon had a folder keep them
    for (const auto& [name, sensor] : sensors) emit_sensor(sink, chip, name, sensor);
  }

  void emit_sensor(Sink& sink, std::string_view chip, std::string_view name, const Sensor& sensor) {
    const std::initializer_list<model::Label> labels{{"chip", chip}, {"sensor", name}};
    const auto label = sensor.properties.find("label");
    if (label != sensor.properties.end()) {
      sink.emit(kLabel, {{"chip", chip}, {"sensor", name}, {"label", label->second}}, 1);
    }
    for (const auto& [property, text] : sensor.properties) {
      if (property == "label") continue;
      const std::optional<double> value = parse_double(text);
      if (sensor.type == "beep_enable") {
        sink.emit(kBeep, labels, text == "1" ? 1 : 0);
      } else if (!value) {
        continue;
      } else if (sensor.type == "vrm") {
        sink.emit(kVrm, labels, *value);
      } else if (sensor.type == "update_interval") {
        sink.emit(kInterval, labels, *value * 0.001);
      } else {
        emit_property(sink, labels, sensor, property, *value);
      }
    }
  }

  void emit_property(Sink& sink, std::span<const model::Label> labels, const Sensor& sensor,
                     const std::string& property, double value) {
    const Form form = form_of(sensor.type, property);
    std::string name = fmt::format("node_hwmon_{}", sensor.type);
    // The input is the sensor's value itself, unless it has another.
    const bool plain = property.empty() || (property == "input" && !sensor.properties.contains(""));
    if (!plain) name += "_" + clean(property);
    sink.emit(descs_.get(name + form.unit, form.help, form.type), labels, value * form.multiply / form.divide);
  }

  Attributes class_;
  DescCache descs_;
};

}  // namespace

std::unique_ptr<Collector> make_hwmon(const Context& context) { return std::make_unique<Hwmon>(context); }

}  // namespace oreum::collect
