#include "app/describe_config.h"

#include <algorithm>

#include <fmt/core.h>

#include "encoding/json_writer.h"

namespace oreum::app {

std::string config_yaml(const config::Config& config) {
  std::string out;
  std::string_view open;  // the group the last line was in
  for (const config::Setting& setting : config::settings()) {
    const size_t dot = setting.key.find('.');
    const std::string_view group = dot == std::string_view::npos ? std::string_view() : setting.key.substr(0, dot);
    if (!group.empty() && group != open) out += fmt::format("{}:\n", group);
    open = group;
    out += fmt::format("{}{}: ", group.empty() ? "" : "  ", group.empty() ? setting.key : setting.key.substr(dot + 1));
    encoding::append_json_string(out, setting.show(config));  // which YAML reads as the same text
    out += '\n';
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> config_flags(const config::Config& config) {
  std::vector<std::pair<std::string, std::string>> flags;
  for (const config::Setting& setting : config::settings()) {
    flags.emplace_back(config::flag_of(setting.key).substr(2), setting.show(config));
  }
  std::sort(flags.begin(), flags.end());
  return flags;
}

std::string retention_text(const config::Config& config) {
  std::string out = config.retention.count() > 0 ? format_duration(config.retention) : "";
  if (config.retention_size == 0) return out;
  if (!out.empty()) out += " or ";
  return out + fmt::format("{}B", config.retention_size);
}

}  // namespace oreum::app
