// Logging: text on a terminal, one JSON object a line otherwise. The only header that knows a logger exists.
//
//   log::warn("collector {} failed: {}", name, error.to_string());
#pragma once

#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/result.h"

namespace oreum::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kAuto, kText, kJson };  // kAuto: text when standard error is a terminal

/// "debug", "info", "warn", "error".
Result<Level> parse_level(std::string_view name);
Result<Format> parse_format(std::string_view name);

/// Sets level and format; writes go to standard error. Call once, before threads start. Without it: info, kAuto.
void init(Level level, Format format);

bool enabled(Level level);

/// Thread-safe.
void write(Level level, std::string_view message);

template <typename... Args>
void debug(fmt::format_string<Args...> f, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> f, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void warn(fmt::format_string<Args...> f, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> f, Args&&... args) {
  write(Level::kError, fmt::format(f, std::forward<Args>(args)...));
}

}  // namespace oreum::log
