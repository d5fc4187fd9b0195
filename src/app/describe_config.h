// The configuration as the API shows it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.h"

namespace oreum::app {

/// All settings as a file has them.
std::string config_yaml(const config::Config& config);
/// "retention" → "30d": all settings by the names of their flags, sorted.
std::vector<std::pair<std::string, std::string>> config_flags(const config::Config& config);
/// "30d or 2GB", as Prometheus says it.
std::string retention_text(const config::Config& config);

}  // namespace oreum::app
