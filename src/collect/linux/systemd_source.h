// Where the systemd collector learns what the units are doing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "collect/collector.h"

namespace oreum::collect {

struct SystemdUnit {
  std::string name;
  std::string load_state;    // "loaded", "not-found" …
  std::string active_state;  // "active", "failed" …
  std::string type;          // of services: "simple", "oneshot" …
};

struct SystemdState {
  std::string version;       // "252.39-1~deb12u2"
  std::string system_state;  // "running", "degraded" …
  std::vector<SystemdUnit> units;
};

/// The seam between the collector and the bus.
class SystemdSource {
 public:
  virtual ~SystemdSource() = default;
  /// kNotFound: systemd does not run here.
  virtual Result<SystemdState> read() = 0;
};

/// Asks systemd over D-Bus, below this root.
std::unique_ptr<SystemdSource> make_systemd_bus(const hostfs::Roots& roots);

/// The collector over a source of the caller's.
std::unique_ptr<Collector> make_systemd_over(std::unique_ptr<SystemdSource> source);

}  // namespace oreum::collect
