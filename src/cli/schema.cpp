// `oreum schema`: the version of a store's tables, and the way to another one.
#include <fmt/core.h>

#include "base/secret.h"
#include "cli/command.h"
#include "storage/open_store.h"

namespace oreum::cli {

namespace {

Status show(const std::string& url) {
  TRY_ASSIGN(const storage::StoreSchema schema, storage::schema_of(url));
  if (schema.version == 0) {
    return Error(Code::kNotFound,
                 fmt::format("no store is at {}: name it with --store or --data", without_password(url)));
  }
  fmt::print("{}: schema {}; this Oreum reads and writes schema {}\n", without_password(url), schema.version,
             schema.newest);
  return {};
}

Status bring(const std::string& url, int64_t to) {
  TRY_ASSIGN(const storage::StoreSchema before, storage::schema_of(url));
  TRY(storage::bring_to_schema(url, to));
  if (before.version == to) {
    fmt::print("{} is of schema {} already\n", without_password(url), to);
  } else {
    fmt::print("{}: from schema {} to {}\n", without_password(url), before.version, to);
  }
  return {};
}

}  // namespace

void add_schema(CLI::App& program, int& exit_code) {
  CLI::App* command =
      program.add_subcommand("schema", "Show the version of a store's tables, or bring them to another");
  command->footer(
      "A start brings an older store up by itself; an older Oreum refuses a newer store. Before going back to an older "
      "Oreum, stop every Oreum on the store and bring it down with the newer one. One transaction: all of it or "
      "nothing. A store in SQLite goes up only.\n\n"
      "Example:\n  oreum schema --store postgres://oreum@db/metrics\n"
      "  oreum schema --store postgres://oreum@db/metrics --to 1");
  auto flags = std::make_shared<ConfigFlags>();
  flags->add_to(*command);
  auto to = std::make_shared<int64_t>(0);
  CLI::Option* given = command->add_option("--to", *to, "The version to bring the tables to")->type_name("VERSION");
  command->callback([flags, to, given, &exit_code] {
    exit_code = flags->with_config([&](const config::Loaded& loaded) {
      const std::string url = loaded.config.store_url();
      return given->count() > 0 ? bring(url, *to) : show(url);
    });
  });
}

}  // namespace oreum::cli
