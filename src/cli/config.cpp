// `oreum config check|show`.
#include <fmt/core.h>

#include "cli/command.h"

namespace oreum::cli {

namespace {

/// Prints the warnings and answers the exit code of a load.
int report(const Result<config::Loaded>& loaded) {
  if (!loaded) {
    fail(loaded.error());
    return kUsage;
  }
  for (const std::string& warning : loaded->warnings) fmt::print(stderr, "oreum: warning: {}\n", warning);
  return kDone;
}

void show(const config::Loaded& loaded) {
  for (const config::Setting& setting : config::settings()) {
    const std::string value = setting.show(loaded.config);
    fmt::print("{:<32} {:<28} # {}\n", setting.key, value.empty() ? "\"\"" : value,
               loaded.origin.find(setting.key)->second);
  }
}

}  // namespace

void add_config(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("config", "Check or show the configuration");
  command->require_subcommand(1);
  command->footer("Example:\n  oreum config check --config oreum.yaml\n  oreum config show --interval 5s");

  CLI::App* check = command->add_subcommand("check", "Say whether the configuration is good");
  check->footer("Example:\n  oreum config check --config oreum.yaml");
  auto check_flags = std::make_shared<ConfigFlags>();
  check_flags->add_to(*check);
  check->callback([check_flags, &exit_code] {
    exit_code = report(check_flags->load());
    if (exit_code == kDone) fmt::print("the configuration is good\n");
  });

  CLI::App* shown = command->add_subcommand("show", "Print every setting, its value and where it comes from");
  shown->footer("Example:\n  OREUM_RETENTION=7d oreum config show");
  auto show_flags = std::make_shared<ConfigFlags>();
  show_flags->add_to(*shown);
  shown->callback([show_flags, &exit_code] {
    const Result<config::Loaded> loaded = show_flags->load();
    exit_code = report(loaded);
    if (loaded) show(*loaded);
  });
}

}  // namespace oreum::cli
