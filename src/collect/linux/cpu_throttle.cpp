#include "collect/linux/cpu_throttle.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/number.h"
#include "collect/linux/desc.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kCoreThrottles =
    counter("node_cpu_core_throttles_total", "Number of times this CPU core has been throttled.");
constexpr model::MetricDesc kPackageThrottles =
    counter("node_cpu_package_throttles_total", "Number of times this CPU package has been throttled.");
constexpr model::MetricDesc kIsolated =
    gauge("node_cpu_isolated", "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.");

constexpr uint64_t kMostCpus = 8192;  // the kernel's NR_CPUS

std::optional<uint64_t> read_number(const std::string& path) {
  hostfs::KeptFile file(path);
  const Result<std::string_view> text = file.read();
  return text ? parse_u64(trim(*text)) : std::nullopt;
}

}  // namespace

std::vector<std::string> parse_cpu_list(std::string_view text) {
  std::vector<std::string> out;
  text = trim(text);
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const size_t dash = range.find('-');
    const std::optional<uint64_t> first = parse_u64(range.substr(0, dash));
    const std::optional<uint64_t> last = dash == std::string_view::npos ? first : parse_u64(range.substr(dash + 1));
    if (!first || !last || *last >= kMostCpus) continue;
    for (uint64_t cpu = *first; cpu <= *last; ++cpu) out.push_back(std::to_string(cpu));
  }
  return out;
}

void CpuThrottle::scan() {
  scanned_ = true;
  packages_.clear();
  cores_.clear();
  hostfs::KeptFile isolated(folder_ + "/isolated");
  const Result<std::string_view> list = isolated.read();
  isolated_ = list ? parse_cpu_list(*list) : std::vector<std::string>();
  const Result<std::vector<std::string>> names = hostfs::list_dir(folder_);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with("cpu") || !parse_u64(std::string_view(name).substr(3))) continue;
    const std::string cpu = folder_ + "/" + name;
    const std::optional<uint64_t> package = read_number(cpu + "/topology/physical_package_id");
    const std::optional<uint64_t> core = read_number(cpu + "/topology/core_id");
    if (!package || !core) continue;
    Count count{hostfs::KeptFile(cpu + "/thermal_throttle/core_throttle_count"), std::to_string(*package),
                std::to_string(*core)};
    // Hyperthreads of a core share its counter, cores of a package the package's: the first one's file is read.
    const auto same = [&count](const Count& c) { return c.package == count.package && c.core == count.core; };
    if (!hostfs::exists(count.file.path()) || std::any_of(cores_.begin(), cores_.end(), same)) continue;
    const auto same_package = [&count](const Count& c) { return c.package == count.package; };
    if (std::none_of(packages_.begin(), packages_.end(), same_package)) {
      packages_.push_back({hostfs::KeptFile(cpu + "/thermal_throttle/package_throttle_count"), count.package, ""});
    }
    cores_.push_back(std::move(count));
  }
}

void CpuThrottle::collect(bool cpus_changed, Sink& sink) {
  if (cpus_changed || !scanned_) scan();
  const auto read = [](Count& count) {
    const Result<std::string_view> text = count.file.read();
    return text ? parse_u64(trim(*text)) : std::nullopt;
  };
  for (Count& package : packages_) {
    if (const auto n = read(package)) {
      sink.emit(kPackageThrottles, {{"package", package.package}}, static_cast<double>(*n));
    }
  }
  for (Count& core : cores_) {
    if (const auto n = read(core)) {
      sink.emit(kCoreThrottles, {{"core", core.core}, {"package", core.package}}, static_cast<double>(*n));
    }
  }
  for (const std::string& cpu : isolated_) sink.emit(kIsolated, {{"cpu", cpu}}, 1);
}

}  // namespace oreum::collect
