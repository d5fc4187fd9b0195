#include <fmt/core.h>
#include <unistd.h>

#include "cli/command.h"

namespace oreum::cli {

namespace {

constexpr AddCommand* kCommands[] = {add_run,     add_serve,  add_collect, add_query,      add_check,
                                     add_test,    add_delete, add_import,  add_export,     add_backup,
                                     add_migrate, add_schema, add_config,  add_completion, add_version};

}  // namespace

int fail(const Error& error) {
  fmt::print(stderr, "oreum: {}\n", error.to_string());
  return error.code() == Code::kInvalidArgument ? kUsage : kFailed;
}

void ConfigFlags::add_to(CLI::App& command) {
  command
      .add_option("--config", file_, fmt::format("Configuration file (default: {} if it is there)", kDefaultConfigFile))
      ->type_name("FILE");
  for (const config::Setting& setting : config::settings()) {
    const std::string key(setting.key);
    const std::string help = fmt::format("{} [{}={}]", setting.help, config::variable_of(setting.key), setting.example);
    const bool is_switch = setting.example == "true" || setting.example == "false";
    if (is_switch) {
      command.add_flag_function(
          config::flag_of(key),  // also --flag=false, which counts downwards
          [this, key](int64_t count) { given_.emplace_back(key, count > 0 ? "true" : "false"); }, help);
    } else {
      command
          .add_option_function<std::string>(
              config::flag_of(key), [this, key](const std::string& value) { given_.emplace_back(key, value); }, help)
          ->type_name("VALUE");
    }
  }
}

Result<config::Loaded> ConfigFlags::load() const {
  config::Sources sources{.file = file_, .variables = config::environment_variables(), .flags = given_};
  if (sources.file.empty() && ::access(kDefaultConfigFile, F_OK) == 0) sources.file = kDefaultConfigFile;
  return config::load(sources);
}

int ConfigFlags::with_config(const std::function<Status(const config::Loaded&)>& f) const {
  const Result<config::Loaded> loaded = load();
  if (!loaded) {
    fail(loaded.error());
    return kUsage;
  }
  const Status done = f(*loaded);
  return done ? kDone : fail(done.error());
}

void add_server_flag(CLI::App& command, std::string& url) {
  url = "http://127.0.0.1:8000";
  command.add_option("--server", url, "A running Oreum")
      ->type_name("URL")
      ->capture_default_str()
      ->envname("OREUM_SERVER");
}

void add_commands(CLI::App& program, int& exit_code) {
  for (AddCommand* add : kCommands) add(program, exit_code);
}

}  // namespace oreum::cli
