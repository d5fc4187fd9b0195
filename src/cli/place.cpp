#include "cli/place.h"

#include <fmt/core.h>
#include <unistd.h>

#include "app/app.h"
#include "base/log.h"

namespace oreum::cli {

void PlaceFlags::add_to(CLI::App& command, bool writes) {
  add_server_flag(command, server);
  CLI::Option* folder =
      command.add_option("--data", data, "Instead of a server: a data folder that no Oreum is using")->type_name("DIR");
  command.add_option("--config", config, "Configuration file, for the limits and the retention of --data")
      ->type_name("FILE")
      ->needs(folder);
  if (!writes) return;
  command
      .add_option("--retention", retention,
                  "With --data: refuse samples older than this, like 90d; 0 keeps all (default: as configured)")
      ->type_name("DURATION")
      ->needs(folder);
}

Result<std::unique_ptr<OpenFolder>> open_folder(const PlaceFlags& flags) {
  config::Sources sources{.file = flags.config, .variables = config::environment_variables()};
  if (sources.file.empty() && ::access(kDefaultConfigFile, F_OK) == 0) sources.file = kDefaultConfigFile;
  sources.flags.emplace_back("data", flags.data);
  if (!flags.retention.empty()) sources.flags.emplace_back("retention", flags.retention);
  TRY_ASSIGN(const config::Loaded loaded, config::load(sources));
  log::init(log::Level::kWarn, loaded.config.log_format);
  auto open = std::make_unique<OpenFolder>();
  auto store = app::open_store(loaded.config, open->clock);
  if (!store && store.error().code() == Code::kUnavailable) {
    return std::move(store).error().wrap(
        fmt::format("{} cannot be opened; if an Oreum runs on it, go through it: give --server {} in place of --data",
                    flags.data, flags.server));
  }
  if (!store) return std::move(store).error();
  open->store = *std::move(store);
  return open;
}

Error no_server(Error error, const PlaceFlags& flags) {
  if (error.code() != Code::kUnavailable) return error;
  return std::move(error).wrap(fmt::format(
      "no answer from {} (--server names another; --data DIR works on a folder without a server)", flags.server));
}

}  // namespace oreum::cli
