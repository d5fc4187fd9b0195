// `oreum run` and `oreum serve`.
#include <cstdio>

#include <fmt/core.h>

#include "app/app.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/version.h"
#include "cli/command.h"

namespace oreum::cli {

namespace {

Status run_until_signal(const config::Loaded& loaded, bool collect) {
  log::init(loaded.config.log_level, loaded.config.log_format);
  for (const std::string& warning : loaded.warnings) log::warn("{}", warning);
  if (!loaded.config.listen.loopback()) {
    log::warn("listening on {} without a log-in: anyone who reaches it can read and write",
              loaded.config.listen.to_string());
  }
  const app::Signals signals;
  TRY_ASSIGN(const std::unique_ptr<app::App> running, app::App::start(loaded.config, collect));
  fmt::print("oreum: listening on {}\n", running->url());
  std::fflush(stdout);
  log::info("oreum {} is ready on {}", kVersion, running->url());
  const int signal = signals.wait();
  log::info("stopping on signal {}", signal);
  running->stop();
  return {};
}

void add(CLI::App& program, int& exit_code, const std::string& name, const std::string& what, bool collect) {
  CLI::App* command = program.add_subcommand(name, what);
  command->footer(fmt::format(
      "Example:\n  oreum {0}\n  oreum {0} --data /srv/oreum --listen 127.0.0.1:9000 --retention 90d", name));
  auto flags = std::make_shared<ConfigFlags>();
  flags->add_to(*command);
  command->callback([flags, collect, &exit_code] {
    exit_code =
        flags->with_config([collect](const config::Loaded& loaded) { return run_until_signal(loaded, collect); });
  });
}

}  // namespace

void add_run(CLI::App& program, int& exit_code) {
  add(program, exit_code, "run", "Watch this machine: collect, store and serve", true);
}

void add_serve(CLI::App& program, int& exit_code) {
  add(program, exit_code, "serve", "Store and serve what others push; collect nothing", false);
}

}  // namespace oreum::cli
