// The states of systemd's units, where systemd runs.
#include <algorithm>
#include <array>

#include "base/number.h"
#include "collect/linux/collectors.h"
#include "collect/linux/systemd_source.h"

namespace oreum::collect {

namespace {

using model::MetricDesc;
using model::MetricType;

constexpr MetricDesc kUnitState{"node_systemd_unit_state", "Systemd unit", MetricType::kGauge};
constexpr MetricDesc kUnits{"node_systemd_units", "Summary of systemd unit states", MetricType::kGauge};
constexpr MetricDesc kRunning{"node_systemd_system_running",
                              "Whether the system is operational (see 'systemctl is-system-running')",
                              MetricType::kGauge};
constexpr MetricDesc kVersion{"node_systemd_version", "Detected systemd version", MetricType::kGauge};

constexpr std::array<std::string_view, 5> kStates{"active", "activating", "deactivating", "failed", "inactive"};

/// Kinds of units that come and go with hardware and log-ins.
constexpr std::array<std::string_view, 5> kLeftOut{".automount", ".device", ".mount", ".scope", ".slice"};

bool is_shown(const SystemdUnit& unit) {
  if (unit.load_state != "loaded") return false;
  for (const std::string_view kind : kLeftOut) {
    if (unit.name.ends_with(kind)) return false;
  }
  return true;
}

/// 252.39 of "252.39-1~deb12u2".
std::optional<double> version_number(std::string_view version) {
  const size_t start = version.find_first_of("0123456789");
  if (start == std::string_view::npos) return std::nullopt;
  version.remove_prefix(start);
  size_t end = std::min(version.find_first_not_of("0123456789"), version.size());
  if (end + 1 < version.size() && version[end] == '.' && version[end + 1] >= '0' && version[end + 1] <= '9') {
    end = std::min(version.find_first_not_of("0123456789", end + 1), version.size());
  }
  return parse_double(version.substr(0, end));
}

class Systemd final : public Collector {
 public:
  explicit Systemd(std::unique_ptr<SystemdSource> source) : source_(std::move(source)) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const SystemdState state, source_->read());
    for (const SystemdUnit& unit : state.units) {
      if (!is_shown(unit)) continue;
      for (const std::string_view s : kStates) {
        sink.emit(kUnitState, {{"name", unit.name}, {"state", s}, {"type", unit.type}}, unit.active_state == s ? 1 : 0);
      }
    }
    for (const std::string_view s : kStates) {
      double count = 0;
      for (const SystemdUnit& unit : state.units) count += unit.active_state == s ? 1 : 0;
      sink.emit(kUnits, {{"state", s}}, count);
    }
    sink.emit(kRunning, state.system_state == "running" ? 1 : 0);
    if (const auto version = version_number(state.version)) {
      sink.emit(kVersion, {{"version", state.version}}, *version);
    }
    return {};
  }

 private:
  std::unique_ptr<SystemdSource> source_;
};

}  // namespace

std::unique_ptr<Collector> make_systemd_over(std::unique_ptr<SystemdSource> source) {
  return std::make_unique<Systemd>(std::move(source));
}

std::unique_ptr<Collector> make_systemd(const Context& context) {
  return make_systemd_over(make_systemd_bus(context.roots));
}

}  // namespace oreum::collect
