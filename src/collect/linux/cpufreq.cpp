// CPU frequencies: /sys/devices/system/cpu/cpu*/cpufreq, in kHz. Reading a current frequency may wake a sleeping CPU,
// so this runs in the slow lane.
#include <array>

#include "base/number.h"
#include "collect/linux/attributes.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/shelf.h"

namespace oreum::collect {

namespace {

struct Attribute {
  std::string_view file;
  model::MetricDesc desc;
};
constexpr auto kAttributes = std::to_array<Attribute>({
    {"cpuinfo_cur_freq", gauge("node_cpu_frequency_hertz", "Current cpu thread frequency in hertz.")},
    {"cpuinfo_min_freq", gauge("node_cpu_frequency_min_hertz", "Minimum cpu thread frequency in hertz.")},
    {"cpuinfo_max_freq", gauge("node_cpu_frequency_max_hertz", "Maximum cpu thread frequency in hertz.")},
    {"scaling_cur_freq", gauge("node_cpu_scaling_frequency_hertz", "Current scaled CPU thread frequency in hertz.")},
    {"scaling_min_freq",
     gauge("node_cpu_scaling_frequency_min_hertz", "Minimum scaled CPU thread frequency in hertz.")},
    {"scaling_max_freq",
     gauge("node_cpu_scaling_frequency_max_hertz", "Maximum scaled CPU thread frequency in hertz.")},
});

constexpr double kHertzPerKilohertz = 1000;

constexpr unsigned kListEvery = 12;  // readings between two looks for CPUs that came or went
constexpr size_t kMostKept = 96;

struct Cpu {
  std::string id;
  std::array<std::string, kAttributes.size()> paths;
  std::array<hostfs::Shelf::Slot, kAttributes.size()> slots;
};

class Cpufreq final : public Collector {
 public:
  explicit Cpufreq(const Context& context) : folder_(context.roots.sysfs("devices/system/cpu")) {}

  Status collect(Sink& sink) override {
    if (readings_++ % kListEvery == 0) list();
    for (size_t i = 0; i < kAttributes.size(); ++i) {
      for (Cpu& cpu : cpus_) {
        const std::optional<std::string_view> text = files_.read(cpu.slots[i], cpu.paths[i].c_str());
        const std::optional<uint64_t> kilohertz = text ? parse_u64(trim(*text)) : std::nullopt;
        if (!kilohertz) continue;
        sink.emit(kAttributes[i].desc, {{"cpu", cpu.id}}, static_cast<double>(*kilohertz) * kHertzPerKilohertz);
      }
    }
    return {};
  }

 private:
  /// No such folder means no frequencies to tell, which node_exporter counts as a success.
  void list() {
    cpus_.clear();
    for (const std::string& name : hostfs::list_dir(folder_).value_or(std::vector<std::string>())) {
      const std::string folder = folder_ + "/" + name + "/cpufreq";
      const std::string_view id = number_after("cpu", name);
      if (id.empty() || !hostfs::is_dir(folder)) continue;
      Cpu& cpu = cpus_.emplace_back();
      cpu.id = id;
      for (size_t i = 0; i < kAttributes.size(); ++i) cpu.paths[i] = folder + "/" + std::string(kAttributes[i].file);
    }
  }

  std::string folder_;
  hostfs::Shelf files_{kMostKept};
  std::vector<Cpu> cpus_;
  unsigned readings_ = 0;
};

}  // namespace

std::unique_ptr<Collector> make_cpufreq(const Context& context) { return std::make_unique<Cpufreq>(context); }

}  // namespace oreum::collect
