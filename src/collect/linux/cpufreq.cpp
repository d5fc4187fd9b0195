// CPU frequencies: /sys/devices/system/cpu/cpu*/cpufreq, in kHz. Reading a current frequency may wake a sleeping CPU,
// so this runs in the slow lane.
#include "base/number.h"
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"

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

class Cpufreq final : public Collector {
 public:
  explicit Cpufreq(const Context& context) : folder_(context.roots.sysfs("devices/system/cpu")) {}

  Status collect(Sink& sink) override {
    // No such folder means no frequencies to tell, which node_exporter counts as a success.
    const std::vector<std::string> names = hostfs::list_dir(folder_).value_or(std::vector<std::string>());
    for (const Attribute& attribute : kAttributes) {
      for (const std::string& name : names) {
        if (!name.starts_with("cpu") || !parse_u64(std::string_view(name).substr(3))) continue;
        path_.assign(folder_).append("/").append(name).append("/cpufreq/").append(attribute.file);
        if (const std::optional<uint64_t> kilohertz = files_.try_u64(path_)) {
          sink.emit(attribute.desc, {{"cpu", std::string_view(name).substr(3)}},
                    static_cast<double>(*kilohertz) * kHertzPerKilohertz);
        }
      }
    }
    files_.sweep();
    return {};
  }

 private:
  std::string folder_;
  std::string path_;
  hostfs::KeptFiles files_;
};

}  // namespace

std::unique_ptr<Collector> make_cpufreq(const Context& context) { return std::make_unique<Cpufreq>(context); }

}  // namespace oreum::collect
