#include "base/log.h"

#include <array>
#include <atomic>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace oreum::log {

namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %-5l %v";

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

struct State {
  std::shared_ptr<spdlog::logger> logger;
  bool json = false;
};

State make_state(Level level, Format format) {
  State s;
  s.logger = std::make_shared<spdlog::logger>("oreum", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  s.json = format == Format::kJson || (format == Format::kAuto && ::isatty(STDERR_FILENO) == 0);
  s.logger->set_level(to_spdlog(level));
  s.logger->set_pattern(s.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})" : kTextPattern,
                        spdlog::pattern_time_type::utc);
  return s;
}

State& state() {
  static State s = make_state(Level::kInfo, Format::kAuto);
  return s;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warn") return Level::kWarn;
  if (name == "error") return Level::kError;
  return Error(Code::kInvalidArgument, fmt::format("log level \"{}\": expected debug, info, warn or error", name));
}

Result<Format> parse_format(std::string_view name) {
  if (name == "auto") return Format::kAuto;
  if (name == "text") return Format::kText;
  if (name == "json") return Format::kJson;
  return Error(Code::kInvalidArgument, fmt::format("log format \"{}\": expected auto, text or json", name));
}

void init(Level level, Format format) { state() = make_state(level, format); }

bool enabled(Level level) { return state().logger->should_log(to_spdlog(level)); }

void write(Level level, std::string_view message) {
  State& s = state();
  if (s.json) {
    s.logger->log(to_spdlog(level), json_escaped(message));
  } else {
    s.logger->log(to_spdlog(level), message);
  }
}

}  // namespace oreum::log
