// The wall clock, the time zone, and which clock sources the kernel has (/sys/devices/system/clocksource).
#include <ctime>

#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kTime = gauge("node_time_seconds", "System time in seconds since epoch (1970).");
constexpr model::MetricDesc kZone = gauge("node_time_zone_offset_seconds", "System time zone offset in seconds.");
constexpr model::MetricDesc kAvailable = gauge("node_time_clocksource_available_info",
                                               "Available clocksources read from '/sys/devices/system/clocksource'.");
constexpr model::MetricDesc kCurrent =
    gauge("node_time_clocksource_current_info", "Current clocksource read from '/sys/devices/system/clocksource'.");

constexpr double kMillisPerSecond = 1000;

class Time final : public Collector {
 public:
  explicit Time(const Context& context) : clock_(*context.clock) {
    const std::string folder = context.roots.sysfs("devices/system/clocksource");
    // Sources are never plugged in or out: the folder is listed once.
    const Result<std::vector<std::string>> names = hostfs::list_dir(folder);
    if (!names) return;
    constexpr std::string_view kPrefix = "clocksource";
    for (const std::string& name : *names) {
      if (!name.starts_with(kPrefix)) continue;
      const std::string device = folder + "/" + name;
      sources_.push_back({name.substr(kPrefix.size()), hostfs::KeptFile(device + "/available_clocksource"),
                          hostfs::KeptFile(device + "/current_clocksource")});
    }
  }

  Status collect(Sink& sink) override {
    const TimestampMs now = clock_.now();
    sink.emit(kTime, static_cast<double>(now.ms) / kMillisPerSecond);
    const std::time_t seconds = now.ms / 1000;
    std::tm local{};
    if (::localtime_r(&seconds, &local) != nullptr) {
      sink.emit(kZone, {{"time_zone", local.tm_zone}}, static_cast<double>(local.tm_gmtoff));
    }
    for (Source& source : sources_) {
      TRY_ASSIGN(const std::string_view available, source.available.read());
      hostfs::Fields fields(trim(available));
      for (std::string_view name = fields.next(); !name.empty(); name = fields.next()) {
        sink.emit(kAvailable, {{"device", source.device}, {"clocksource", name}}, 1);
      }
    }
    for (Source& source : sources_) {
      TRY_ASSIGN(const std::string_view current, source.current.read());
      sink.emit(kCurrent, {{"device", source.device}, {"clocksource", trim(current)}}, 1);
    }
    return {};
  }

 private:
  struct Source {
    std::string device;
    hostfs::KeptFile available;
    hostfs::KeptFile current;
  };
  const Clock& clock_;
  std::vector<Source> sources_;
};

}  // namespace

std::unique_ptr<Collector> make_time(const Context& context) { return std::make_unique<Time>(context); }

}  // namespace oreum::collect
