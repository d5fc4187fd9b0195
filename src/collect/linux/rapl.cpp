// Energy that the processor counts (RAPL): /sys/class/powercap/<zone>, "name" and "energy_uj".
#include <map>

#include <fmt/core.h>

#include "base/number.h"
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"

namespace oreum::collect {

namespace {

/// "package-1" → "package", 1. Zones whose name carries no number are counted in the order of their folders.
struct ZoneName {
  std::string name;
  uint64_t index = 0;
};

ZoneName split_name(const std::string& text, const std::map<std::string, uint64_t>& next_index) {
  const size_t dash = text.find('-');
  if (dash != std::string::npos && dash == text.rfind('-')) {
    if (const auto index = parse_u64(std::string_view(text).substr(dash + 1))) return {text.substr(0, dash), *index};
  }
  const auto next = next_index.find(text);
  return {text, next == next_index.end() ? 0 : next->second};
}

/// Characters that a metric's name cannot have become "_".
std::string metric_part(std::string text) {
  for (char& c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
    if (!good) c = '_';
  }
  return text;
}

class Rapl final : public Collector {
 public:
  explicit Rapl(const Context& context) : class_(context.roots.sysfs("class/powercap")) {}

  Status collect(Sink& sink) override {
    TRY_ASSIGN(const std::vector<std::string> zones, list_or_no_data(class_.path()));
    std::map<std::string, uint64_t> next_index;
    size_t named = 0;
    size_t emitted = 0;
    for (const std::string& zone : zones) {
      const Attributes folder = class_.folder(zone);
      const std::optional<std::string> text = folder.text("name");
      if (!text) continue;  // the control type itself, "intel-rapl", is a folder here too
      ++named;
      const ZoneName name = split_name(*text, next_index);
      next_index[name.name] = name.index + 1;
      const std::optional<uint64_t> microjoules = folder.u64("energy_uj");
      if (!microjoules) continue;
      ++emitted;
      emit(sink, name, folder.path(), static_cast<double>(*microjoules) / 1e6);
    }
    // Since 2020 the kernel shows the energy to root only: it tells other processes' secrets.
    if (named > 0 && emitted == 0) return no_data();
    return {};
  }

 private:
  void emit(Sink& sink, const ZoneName& zone, std::string_view path, double joules) {
    const auto& desc =
        descs_.get(fmt::format("node_rapl_{}_joules_total", metric_part(zone.name)),
                   fmt::format("Current RAPL {} value in joules", zone.name), model::MetricType::kCounter);
    const std::string index = std::to_string(zone.index);
    sink.emit(desc, {{"index", index}, {"path", path}}, joules);
  }

  Attributes class_;
  DescCache descs_;
};

}  // namespace

std::unique_ptr<Collector> make_rapl(const Context& context) { return std::make_unique<Rapl>(context); }

}  // namespace oreum::collect
