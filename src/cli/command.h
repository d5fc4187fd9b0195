// What subcommands share. One file a subcommand; commands.cpp holds the table.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "config/config.h"
#include "net/client.h"

namespace oreum::cli {

/// Exit codes: 0 done, 1 failed, 2 the call or the configuration was wrong.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

/// Prints "oreum: <error>" to standard error; answers the exit code for it.
int fail(const Error& error);

/// Where a configuration is looked for when none is named.
inline constexpr const char* kDefaultConfigFile = "/etc/oreum/oreum.yaml";

/// The flags of every setting, and --config.
class ConfigFlags {
 public:
  /// Adds the flags to a command. This object must outlive the parse.
  void add_to(CLI::App& command);
  Result<config::Loaded> load() const;
  /// Loads and calls f(loaded) → Status; reports what fails. The exit code.
  int with_config(const std::function<Status(const config::Loaded&)>& f) const;

 private:
  std::string file_;
  std::vector<std::pair<std::string, std::string>> given_;
};

/// --server of commands that are clients.
void add_server_flag(CLI::App& command, std::string& url);

/// What a server says of an error: problem+json's detail, or Prometheus' error.
std::string error_text(const net::Response& response);

// Each adds its subcommand to the program; `exit_code` is set when it runs.
using AddCommand = void(CLI::App& program, int& exit_code);
AddCommand add_run;
AddCommand add_serve;
AddCommand add_collect;
AddCommand add_query;
AddCommand add_check;
AddCommand add_test;
AddCommand add_delete;
AddCommand add_import;
AddCommand add_export;
AddCommand add_backup;
AddCommand add_migrate;
AddCommand add_schema;
AddCommand add_config;
AddCommand add_completion;
AddCommand add_version;

/// All subcommands added.
void add_commands(CLI::App& program, int& exit_code);

}  // namespace oreum::cli
