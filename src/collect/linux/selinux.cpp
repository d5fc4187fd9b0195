// SELinux: on when its file system is mounted. The running mode from /sys/fs/selinux/enforce, the configured one from
// /etc/selinux/config: 1 enforcing, 0 permissive, -1 disabled.
#include "collect/linux/collectors.h"
#include "collect/linux/desc.h"
#include "hostfs/text.h"

namespace oreum::collect {

namespace {

constexpr model::MetricDesc kEnabled = gauge("node_selinux_enabled", "SELinux is enabled, 1 is true, 0 is false");
constexpr model::MetricDesc kConfigMode = gauge("node_selinux_config_mode", "Configured SELinux enforcement mode");
constexpr model::MetricDesc kCurrentMode = gauge("node_selinux_current_mode", "Current SELinux enforcement mode");

class Selinux final : public Collector {
 public:
  explicit Selinux(const Context& context)
      : enforce_(context.roots.sysfs("fs/selinux/enforce")), config_(context.roots.rootfs("etc/selinux/config")) {}

  Status collect(Sink& sink) override {
    const Result<std::string_view> enforce = enforce_.read();
    sink.emit(kEnabled, enforce ? 1 : 0);
    if (!enforce) return {};
    sink.emit(kConfigMode, configured_mode());
    sink.emit(kCurrentMode, trim(*enforce) == "1" ? 1 : 0);
    return {};
  }

 private:
  double configured_mode() const {
    hostfs::KeptFile file(config_);
    const Result<std::string_view> text = file.read();
    if (!text) return -1;
    for (hostfs::Lines lines(*text); const auto line = lines.next();) {
      if (!line->starts_with("SELINUX=")) continue;
      const std::string_view mode = trim(line->substr(8));
      return mode == "enforcing" ? 1 : mode == "permissive" ? 0 : -1;
    }
    return -1;
  }

  hostfs::KeptFile enforce_;
  std::string config_;
};

}  // namespace

std::unique_ptr<Collector> make_selinux(const Context& context) { return std::make_unique<Selinux>(context); }

}  // namespace oreum::collect
