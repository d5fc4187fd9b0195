// `oreum backup create|list|verify|restore`.
#include <filesystem>

#include <fmt/core.h>
#include <unistd.h>

#include "backup/backup.h"
#include "base/log.h"
#include "base/version.h"
#include "cli/backup_client.h"
#include "cli/backup_progress.h"
#include "cli/command.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::cli {

namespace {

using backup::Backup;

struct BackupArguments {
  std::string server;
  std::string config;
  std::string data;
  std::string folder;
  std::string which;
  bool force = false;
};

Result<config::Config> load_config(const BackupArguments& arguments) {
  config::Sources sources{.file = arguments.config, .variables = config::environment_variables(), .flags = {}};
  if (sources.file.empty() && ::access(kDefaultConfigFile, F_OK) == 0) sources.file = kDefaultConfigFile;
  if (!arguments.data.empty()) sources.flags.emplace_back("data", arguments.data);
  if (!arguments.folder.empty()) sources.flags.emplace_back("backup.folder", arguments.folder);
  TRY_ASSIGN(config::Loaded loaded, config::load(sources));
  log::init(log::Level::kWarn, loaded.config.log_format);
  return std::move(loaded.config);
}

std::string content_text(const backup::Manifest& manifest) {
  return fmt::format("{} samples of {} series, {}", manifest.content.samples(), manifest.content.series,
                     bytes_text(manifest.bytes()));
}

Status create_from_folder(const config::Config& config, storage::Store& store, const Clock& clock) {
  fmt::print(stderr, "oreum: no Oreum runs on {}: reading the folder itself\n", config.data);
  BackupProgress bar;
  TRY_ASSIGN(
      const Backup made,
      backup::make_backup(store, clock,
                          {.folder = config.folder_of_backups(), .origin = backup::Origin::kHand, .program = kVersion},
                          [&](std::string_view phase, uint64_t done, uint64_t all) -> Status {
                            bar.show(phase, done, all);
                            return {};
                          }));
  bar.clear();
  fmt::print("{}: {}, in {}\n", made.name, content_text(made.manifest), config.folder_of_backups());
  return {};
}

Status create(const BackupArguments& arguments) {
  if (!arguments.server.empty()) return create_by_server(arguments.server);
  TRY_ASSIGN(const config::Config config, load_config(arguments));
  std::error_code ec;
  if (!std::filesystem::exists(std::filesystem::path(config.data) / backup::kDatabaseName, ec)) {
    return Error(Code::kNotFound, fmt::format("{} holds no store: name its folder with --data", config.data));
  }
  const SystemClock clock;
  auto store = storage::SqliteStore::open({.folder = config.data,
                                           .clock = clock,
                                           .retention = {.age = milliseconds(0), .bytes = 0},
                                           .max_series = config.max_series,
                                           .background = false});
  if (store) return create_from_folder(config, **store, clock);
  if (store.error().code() != Code::kUnavailable) return std::move(store).error();
  if (!arguments.data.empty()) {
    return std::move(store).error().wrap("a server has the folder: ask it for a backup, with --server URL");
  }
  const std::string server = "http://" + config.listen.to_string();
  fmt::print(stderr, "oreum: an Oreum runs on {}: asking it, at {}\n", config.data, server);
  return create_by_server(server);
}

Status list(const BackupArguments& arguments) {
  if (!arguments.server.empty()) return list_of_server(arguments.server);
  TRY_ASSIGN(const config::Config config, load_config(arguments));
  TRY_ASSIGN(const std::vector<Backup> all, backup::list_backups(config.folder_of_backups()));
  std::vector<BackupRow> rows;
  for (const Backup& one : all) {
    const storage::StoreSummary& content = one.manifest.content;
    BackupRow row{.name = one.name, .damage = one.damage ? one.damage->to_string() : ""};
    row.bytes = one.manifest.bytes();
    row.samples = content.samples();
    row.scheduled = one.manifest.origin == backup::Origin::kSchedule;
    if (row.samples > 0) {
      row.from = format_rfc3339(content.t_min);
      row.to = format_rfc3339(content.t_max);
    }
    rows.push_back(std::move(row));
  }
  print_backups(rows, config.folder_of_backups());
  return {};
}

/// The path of the one that was named; "latest" is the newest good one.
Result<std::filesystem::path> resolve(const std::string& which, const config::Config& config) {
  if (which != "latest") return backup::find_backup(config.folder_of_backups(), which);
  TRY_ASSIGN(const std::vector<Backup> all, backup::list_backups(config.folder_of_backups()));
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (!it->damage) return it->path;
  }
  return Error(Code::kNotFound, fmt::format("there is no backup in {}", config.folder_of_backups()));
}

Status verify(const BackupArguments& arguments) {
  TRY_ASSIGN(const config::Config config, load_config(arguments));
  TRY_ASSIGN(const std::filesystem::path path, resolve(arguments.which, config));
  BackupProgress bar;
  TRY_ASSIGN(const Backup good,
             backup::verify_backup(path, [&](std::string_view phase, uint64_t done, uint64_t all) -> Status {
               bar.show(phase, done, all);
               return {};
             }));
  bar.clear();
  fmt::print("{} is good: {}, digest {:016x}\n", good.name, content_text(good.manifest),
             good.manifest.content.digest());
  return {};
}

Status restore(const BackupArguments& arguments) {
  TRY_ASSIGN(const config::Config config, load_config(arguments));
  TRY_ASSIGN(const std::filesystem::path path, resolve(arguments.which, config));
  const SystemClock clock;
  BackupProgress bar;
  TRY_ASSIGN(const backup::Restored done,
             backup::restore_backup({.backup = path, .data = config.data, .force = arguments.force}, clock,
                                    [&](std::string_view phase, uint64_t bytes, uint64_t all) -> Status {
                                      bar.show(phase, bytes, all);
                                      return {};
                                    }));
  bar.clear();
  fmt::print("restored into {}: {}, digest {:016x}\n", config.data, content_text(done.manifest),
             done.manifest.content.digest());
  if (!done.aside.empty()) fmt::print("what was there is in {}\n", done.aside.string());
  return {};
}

/// The flags that all of them have.
CLI::App* add_one(CLI::App& parent, int& exit_code, const std::string& name, const std::string& what,
                  const std::shared_ptr<BackupArguments>& arguments, Status (*f)(const BackupArguments&)) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("--data", arguments->data, "Data folder (default: as configured)")->type_name("DIR");
  command->add_option("--folder", arguments->folder, "Folder of the backups (default: as configured)")
      ->type_name("DIR");
  command->add_option("--config", arguments->config, "Configuration file")->type_name("FILE");
  command->callback([arguments, f, &exit_code] {
    const Status done = f(*arguments);
    exit_code = done ? kDone : fail(done.error());
  });
  return command;
}

void add_server(CLI::App* command, BackupArguments& arguments) {
  command->add_option("--server", arguments.server, "A running Oreum to ask")
      ->type_name("URL")
      ->envname("OREUM_SERVER")
      ->excludes("--data")
      ->excludes("--folder")
      ->excludes("--config");
}

}  // namespace

void add_backup(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("backup", "Make, list, verify and restore backups");
  command->require_subcommand(1);
  command->footer("Example:\n  oreum backup create\n  oreum backup verify latest");

  auto created = std::make_shared<BackupArguments>();
  CLI::App* one = add_one(*command, exit_code, "create", "Make a backup, also while Oreum runs", created, create);
  add_server(one, *created);
  one->footer(
      "Example:\n  oreum backup create\n  oreum backup create --server http://127.0.0.1:8000\n"
      "  oreum backup create --data /var/lib/oreum --folder /mnt/backups   with no Oreum running on the data folder");

  auto listed = std::make_shared<BackupArguments>();
  one = add_one(*command, exit_code, "list", "List the backups there are", listed, list);
  add_server(one, *listed);
  one->footer("Example:\n  oreum backup list\n  oreum backup list --folder /mnt/backups");

  auto verified = std::make_shared<BackupArguments>();
  one = add_one(*command, exit_code, "verify", "Decode all of a backup and compare it with its manifest", verified,
                verify);
  one->add_option("backup", verified->which, "Its name, its path, or latest")->required()->type_name("BACKUP");
  one->footer("Example:\n  oreum backup verify latest\n  oreum backup verify /mnt/backups/oreum-20261123T031500Z");

  auto restored = std::make_shared<BackupArguments>();
  one =
      add_one(*command, exit_code, "restore", "Put a backup into a data folder that no Oreum uses", restored, restore);
  one->add_option("backup", restored->which, "Its name, its path, or latest")->required()->type_name("BACKUP");
  one->add_flag("--force", restored->force,
                "Also where a store is; it is moved into a folder before-restore-… beside it, never deleted");
  one->footer(
      "Example:\n  oreum backup restore latest --force\n"
      "  oreum backup restore /mnt/backups/oreum-20261123T031500Z --data /srv/oreum");
}

}  // namespace oreum::cli
