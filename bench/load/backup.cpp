// A backup of a store that takes samples all the while: how fast, and how long the longest append waits.
#include <filesystem>
#include <thread>

#include <fmt/core.h>

#include "backup/backup.h"
#include "load/appender.h"
#include "load/commands.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

Status ignore(std::string_view /*phase*/, uint64_t /*done*/, uint64_t /*all*/) { return {}; }

}  // namespace

Status backup(const Arguments& arguments) {
  const SystemClock clock;
  const std::filesystem::path into = arguments.text("into");
  TRY_ASSIGN(const auto store, storage::SqliteStore::open({.folder = arguments.text("folder"),
                                                           .clock = clock,
                                                           .retention = {.age = milliseconds(0), .bytes = 0}}));
  Appender appender(*store);
  std::this_thread::sleep_for(std::chrono::seconds(arguments.number("quiet", 10)));
  const Appender::Waits quiet = appender.waits();
  auto start = SteadyClock::now();
  TRY_ASSIGN(const backup::Backup made,
             backup::make_backup(*store, clock, {.folder = into, .program = "bench"}, ignore));
  const double make_s = seconds_since(start);
  const Appender::Waits beside = appender.waits();
  start = SteadyClock::now();
  TRY(backup::verify_backup(made.path, ignore));
  const double verify_s = seconds_since(start);
  start = SteadyClock::now();
  TRY(backup::restore_backup({.backup = made.path, .data = into / "restored"}, clock, ignore));
  const double restore_s = seconds_since(start);
  fmt::print(
      "{{\"samples\": {}, \"bytes\": {}, \"store_bytes\": {}, \"make_s\": {:.2f}, \"verify_s\": {:.2f}, \"restore_s\": "
      "{:.2f}, \"appends_quiet\": {}, \"median_quiet_ms\": {:.2f}, \"longest_quiet_ms\": {:.1f}, \"appends_beside\": "
      "{}, "
      "\"median_beside_ms\": {:.2f}, \"longest_beside_ms\": {:.1f}}}\n",
      made.manifest.content.samples(), made.manifest.bytes(), store->stats().disk_bytes, make_s, verify_s, restore_s,
      quiet.appends, quiet.median_ms, quiet.longest_ms, beside.appends, beside.median_ms, beside.longest_ms);
  return {};
}

}  // namespace oreum::bench
