// The table of settings: one line a key.
#include <array>

#include <fmt/format.h>

#include "base/number.h"
#include "base/secret.h"
#include "config/config.h"

namespace oreum::config {

namespace {

template <auto Member>
Status set_text(Config& config, std::string_view text) {
  config.*Member = text;
  return {};
}

template <auto Member>
std::string show_text(const Config& config) {
  return config.*Member;
}

template <auto Member>
Status set_duration(Config& config, std::string_view text) {
  TRY_ASSIGN(config.*Member, parse_duration(text));
  return {};
}

template <auto Member>
std::string show_duration(const Config& config) {
  return format_duration(config.*Member);
}

template <auto Member>
Status set_positive(Config& config, std::string_view text) {
  TRY_ASSIGN(const milliseconds d, parse_duration(text));
  if (d <= milliseconds(0)) return Error(Code::kInvalidArgument, fmt::format("\"{}\": expected more than 0", text));
  config.*Member = d;
  return {};
}

/// A duration, or "off".
template <auto Member>
Status set_retention(Config& config, std::string_view text) {
  if (text == "off") {
    config.*Member = milliseconds(-1);
    return {};
  }
  return set_duration<Member>(config, text);
}

template <auto Member>
std::string show_retention(const Config& config) {
  return config.*Member < milliseconds(0) ? "off" : show_duration<Member>(config);
}

/// An interval of collection: from 10 ms, so that a slip of the pen does not burn a core, to one hour.
template <auto Member>
Status set_interval(Config& config, std::string_view text) {
  TRY_ASSIGN(const milliseconds d, parse_duration(text));
  if (d < milliseconds(10) || d > milliseconds(3'600'000)) {
    return Error(Code::kInvalidArgument, fmt::format("\"{}\": expected between 10ms and 1h", text));
  }
  config.*Member = d;
  return {};
}

template <auto Member>
Status set_bytes(Config& config, std::string_view text) {
  TRY_ASSIGN(config.*Member, parse_bytes(text));
  return {};
}

template <auto Member>
Status set_count(Config& config, std::string_view text) {
  const std::optional<uint64_t> count = parse_u64(text);
  if (!count) return Error(Code::kInvalidArgument, fmt::format("\"{}\": expected a whole number", text));
  config.*Member = *count;
  return {};
}

template <auto Member>
std::string show_count(const Config& config) {
  return fmt::format("{}", config.*Member);
}

template <auto Member>
Status set_bool(Config& config, std::string_view text) {
  if (text != "true" && text != "false") {
    return Error(Code::kInvalidArgument, fmt::format("\"{}\": expected true or false", text));
  }
  config.*Member = text == "true";
  return {};
}

template <auto Member>
std::string show_bool(const Config& config) {
  return config.*Member ? "true" : "false";
}

Status set_listen(Config& config, std::string_view text) {
  TRY_ASSIGN(config.listen, parse_listen(text));
  return {};
}

std::string show_listen(const Config& config) { return config.listen.to_string(); }

Status set_backup_schedule(Config& config, std::string_view text) {
  TRY_ASSIGN(config.backup_schedule, parse_backup_schedule(text));
  return {};
}

std::string show_backup_schedule(const Config& config) { return config.backup_schedule.to_string(); }

Status set_data(Config& config, std::string_view text) {
  if (text.empty()) return Error(Code::kInvalidArgument, "expected a folder");
  config.data = text;
  return {};
}

/// "sqlite:" is that of the data folder.
Status set_store(Config& config, std::string_view text) {
  constexpr std::string_view kSqlite = "sqlite:";
  const bool known =
      text.empty() || text.starts_with(kSqlite) || text.starts_with("postgres://") || text.starts_with("postgresql://");
  if (!known) {
    return Error(Code::kInvalidArgument,
                 fmt::format("\"{}\": expected sqlite:/path/to/folder or postgres://user@host:5432/database",
                             without_password(text)));
  }
  config.store = text == kSqlite ? std::string_view() : text;
  return {};
}

std::string show_store(const Config& config) { return without_password(config.store); }

/// A comma-separated list; blanks around names do not count.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view name = trim(text.substr(0, comma));
    if (!name.empty()) out.emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

template <auto Member>
Status set_list(Config& config, std::string_view text) {
  config.*Member = split_list(text);
  return {};
}

template <auto Member>
std::string show_list(const Config& config) {
  return fmt::format("{}", fmt::join(config.*Member, ","));
}

/// Origins as browsers write them: scheme and host, no path.
Status set_cors_origins(Config& config, std::string_view text) {
  std::vector<std::string> origins = split_list(text);
  for (const std::string& origin : origins) {
    const size_t host = origin.find("://");
    const bool whole =
        host != std::string::npos && origin.size() > host + 3 && origin.find('/', host + 3) == std::string::npos;
    if (origin != "*" && !whole) {
      return Error(Code::kInvalidArgument,
                   fmt::format("\"{}\": expected an origin like https://grafana.example.com, or *", origin));
    }
  }
  config.cors_origins = std::move(origins);
  return {};
}

Status set_log_level(Config& config, std::string_view text) {
  TRY_ASSIGN(config.log_level, log::parse_level(text));
  return {};
}

std::string show_log_level(const Config& config) {
  constexpr std::array<const char*, 4> kNames{"debug", "info", "warn", "error"};
  return kNames[static_cast<size_t>(config.log_level)];
}

Status set_log_format(Config& config, std::string_view text) {
  TRY_ASSIGN(config.log_format, log::parse_format(text));
  return {};
}

std::string show_log_format(const Config& config) {
  constexpr std::array<const char*, 3> kNames{"auto", "text", "json"};
  return kNames[static_cast<size_t>(config.log_format)];
}

constexpr auto kSettings = std::to_array<Setting>({
    // clang-format off
    {"data", "Folder of the store.", "/var/lib/oreum", set_data, show_text<&Config::data>},
    {"store", "URL of the store; empty: SQLite in the data folder.", "postgres://oreum@db/metrics", set_store, show_store},
    {"listen", "Address of the HTTP server; port 0 takes a free one.", "127.0.0.1:8000", set_listen, show_listen},
    {"insecure_listen", "Allow listening beyond loopback without a log-in.", "false", set_bool<&Config::insecure_listen>, show_bool<&Config::insecure_listen>},
    {"admin_api", "Allow deleting samples over HTTP.", "false", set_bool<&Config::admin_api>, show_bool<&Config::admin_api>},
    {"cors_origins", "Whose pages may use the API from a browser; * for all.", "https://grafana.example.com", set_cors_origins, show_list<&Config::cors_origins>},
    {"instance", "Label `instance` of this machine's series; empty: the host's name.", "web-1", set_text<&Config::instance>, show_text<&Config::instance>},
    {"interval", "How often to collect.", "1s", set_interval<&Config::interval>, show_duration<&Config::interval>},
    {"slow_interval", "How often to collect what is dear: processes, filesystems, textfiles.", "5s", set_interval<&Config::slow_interval>, show_duration<&Config::slow_interval>},
    {"retention", "How long samples are kept; 0 keeps all.", "30d", set_duration<&Config::retention>, show_duration<&Config::retention>},
    {"retention_1m", "How long rollups of a minute are kept; 0 keeps all, off makes none.", "1y", set_retention<&Config::retention_1m>, show_retention<&Config::retention_1m>},
    {"retention_1h", "How long rollups of an hour are kept; 0 keeps all, off makes none.", "5y", set_retention<&Config::retention_1h>, show_retention<&Config::retention_1h>},
    {"retention_size", "Most bytes the store may take on disk; 0 keeps all.", "2GB", set_bytes<&Config::retention_size>, show_count<&Config::retention_size>},
    {"spool_size", "Most bytes that wait in the data folder while the database of the store is away; 0 keeps none.", "1GB", set_bytes<&Config::spool_size>, show_count<&Config::spool_size>},
    {"max_series", "Most series the store takes.", "1000000", set_count<&Config::max_series>, show_count<&Config::max_series>},
    {"max_series_per_metric", "Most series of one metric; 0: no limit.", "10000", set_count<&Config::max_series_per_metric>, show_count<&Config::max_series_per_metric>},
    {"query.max_samples", "Most samples that one query may read.", "50000000", set_count<&Config::query_max_samples>, show_count<&Config::query_max_samples>},
    {"query.max_series", "Most series that one query may read.", "500000", set_count<&Config::query_max_series>, show_count<&Config::query_max_series>},
    {"query.max_points", "Most points that one query may hold or answer.", "50000000", set_count<&Config::query_max_points>, show_count<&Config::query_max_points>},
    {"query.look_back", "How long a sample counts for the times after it.", "5m", set_positive<&Config::query_look_back>, show_duration<&Config::query_look_back>},
    {"query.slow", "Queries that take longer are logged.", "2s", set_duration<&Config::query_slow>, show_duration<&Config::query_slow>},
    {"query.experimental", "Take what Prometheus has behind flags: experimental functions, limitk, fill.", "true", set_bool<&Config::query_experimental>, show_bool<&Config::query_experimental>},
    {"backup.folder", "Folder of the backups; empty: backups in the data folder.", "/srv/backups/oreum", set_text<&Config::backup_folder>, show_text<&Config::backup_folder>},
    {"backup.schedule", "When to make one: a time of day, a distance like 6h, or off.", "03:15", set_backup_schedule, show_backup_schedule},
    {"backup.keep", "How long scheduled backups are kept; 0 keeps all.", "7d", set_duration<&Config::backup_keep>, show_duration<&Config::backup_keep>},
    {"procfs", "Where /proc is.", "/host/proc", set_text<&Config::procfs>, show_text<&Config::procfs>},
    {"sysfs", "Where /sys is.", "/host/sys", set_text<&Config::sysfs>, show_text<&Config::sysfs>},
    {"rootfs", "Where the root file system is.", "/host", set_text<&Config::rootfs>, show_text<&Config::rootfs>},
    {"collectors.disable", "Collectors that stay off, by name.", "zfs,xfs", set_list<&Config::disabled_collectors>, show_list<&Config::disabled_collectors>},
    {"collectors.textfile_directory", "Folder of *.prom files to show and store.", "/var/lib/oreum/textfile", set_text<&Config::textfile_directory>, show_text<&Config::textfile_directory>},
    {"collectors.top_processes", "How many processes are named, by CPU and by memory.", "10", set_count<&Config::top_processes>, show_count<&Config::top_processes>},
    {"log.level", "debug, info, warn or error.", "info", set_log_level, show_log_level},
    {"log.format", "auto (text on a terminal, else json), text or json.", "auto", set_log_format, show_log_format},
    // clang-format on
});

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace oreum::config
