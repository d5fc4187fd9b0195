// Configuration: a YAML file, OREUM_* variables and flags, in rising order, into one validated struct.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace oreum::config {

struct Listen {
  std::string host = "127.0.0.1";
  uint16_t port = 8000;  // 0: a free one
  bool loopback() const;
  std::string to_string() const;
};

/// When backups are made by themselves.
struct BackupSchedule {
  enum class Kind { kOff, kDaily, kEvery };
  Kind kind = Kind::kDaily;
  int minute = 3 * 60 + 15;  // of the day, local time
  milliseconds every{0};
  std::string to_string() const;
  bool operator==(const BackupSchedule&) const = default;
};

/// Everything that can be set. Defaults need nothing configured. Plain data.
struct Config {
  std::string data;   // folder of the store, and of what lies beside it
  std::string store;  // URL of the store, with its password; empty: SQLite in that folder
  Listen listen;
  bool insecure_listen = false;
  bool admin_api = false;                 // deletion over HTTP
  std::vector<std::string> cors_origins;  // whose pages may use the API; "*": all
  std::string instance;                   // label of local series; default: the host's name
  milliseconds interval{1'000};
  milliseconds slow_interval{5'000};
  milliseconds retention{30LL * 86'400'000};      // 0 keeps all
  milliseconds retention_1m{365LL * 86'400'000};  // of rollups; 0 keeps all, negative makes none
  milliseconds retention_1h{1825LL * 86'400'000};
  uint64_t retention_size = 2'000'000'000;  // bytes; 0 keeps all
  uint64_t spool_size = 1'000'000'000;      // bytes, while a database is away; 0: nothing is spooled
  uint64_t max_series = 1'000'000;
  uint64_t max_series_per_metric = 0;  // 0: no limit
  uint64_t query_max_samples = 200'000'000;
  uint64_t query_max_series = 500'000;
  uint64_t query_max_points = 50'000'000;
  milliseconds query_look_back{300'000};  // how long a sample counts
  milliseconds query_slow{2'000};         // queries that take longer are logged
  bool query_experimental = true;
  std::string backup_folder;  // empty: "backups" in the data folder
  BackupSchedule backup_schedule;
  milliseconds backup_keep{7LL * 86'400'000};  // 0 keeps all
  std::string procfs = "/proc";
  std::string sysfs = "/sys";
  std::string rootfs = "/";
  std::string textfile_directory;
  uint64_t top_processes = 10;
  std::vector<std::string> disabled_collectors;
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kAuto;

  /// "sqlite:/var/lib/oreum". May hold a password: see base/secret.h.
  std::string store_url() const { return store.empty() ? "sqlite:" + data : store; }
  std::string folder_of_backups() const { return backup_folder.empty() ? data + "/backups" : backup_folder; }
};

/// One key. The table of them drives the file, the variables, the flags, `config show` and the docs.
struct Setting {
  std::string_view key;  // "log.level": in YAML `log:` / `level:`; in the environment OREUM_LOG_LEVEL
  std::string_view help;
  std::string_view example;
  Status (*set)(Config& config, std::string_view text);
  std::string (*show)(const Config& config);  // without passwords
};

std::span<const Setting> settings();

/// "OREUM_LOG_LEVEL" for "log.level".
std::string variable_of(std::string_view key);
/// "--log-level" for "log.level".
std::string flag_of(std::string_view key);

struct Sources {
  std::string file;                                        // empty: none
  std::map<std::string, std::string> variables;            // the environment's OREUM_*
  std::vector<std::pair<std::string, std::string>> flags;  // key → value
};

struct Loaded {
  Config config;
  std::map<std::string, std::string, std::less<>> origin;  // key → "default", "FILE:3", "OREUM_DATA", "--data"
  std::vector<std::string> warnings;
};

/// kInvalidArgument names file, line, column, the key and what was expected; an unknown key also the nearest known one.
/// An unknown OREUM_ variable is a warning only: orchestrators set their own for a service of this name.
Result<Loaded> load(const Sources& sources);

/// The OREUM_* part of the environment.
std::map<std::string, std::string> environment_variables();

/// The known word with the smallest edit distance, or "" when none is near.
std::string nearest(std::string_view word, std::span<const std::string_view> known);

/// "2GB", "512MiB", "1000000": bytes.
Result<uint64_t> parse_bytes(std::string_view text);
/// "03:15", "6h" or "off".
Result<BackupSchedule> parse_backup_schedule(std::string_view text);
/// "127.0.0.1:8000", "[::1]:0", ":8000" (loopback), "localhost:80".
Result<Listen> parse_listen(std::string_view text);

}  // namespace oreum::config
