#include "storage/sqlite/schema.h"

#include <cerrno>
#include <random>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/number.h"
#include "storage/fault_points.h"
#include "storage/sqlite/upgrade.h"

namespace oreum::storage {

namespace {

constexpr int64_t kApplicationId = 0x4F52454D;  // "OREM", in the file's header

constexpr std::string_view kCreateFile = R"sql(
PRAGMA page_size = 4096;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA application_id = 1330791757;
)sql";
constexpr std::string_view kCreate = R"sql(
BEGIN;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE journal(seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
)sql";
static_assert(kApplicationId == 1330791757);

// FULL: an acknowledged batch survives a power cut. The small cache keeps memory low; packs are read once. Checkpoints
// are run by the store itself, beside the appends.
constexpr std::string_view kConfigureWriter = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -512;
PRAGMA journal_size_limit = 4194304;
PRAGMA wal_autocheckpoint = 0;
PRAGMA cell_size_check = ON;
)sql";
constexpr std::string_view kConfigureReader = R"sql(
PRAGMA query_only = ON;
PRAGMA cache_size = -256;
PRAGMA cell_size_check = ON;
)sql";

std::string new_instance_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", static_cast<uint32_t>(random()));
  return id;
}

Status sync_folder(const std::filesystem::path& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return errno_error(errno, fmt::format("syncing {}", folder.string()));
  return {};
}

Status fill(const std::filesystem::path& file, const Clock& clock) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kCreate));
  TRY(db.exec(kCreateFile));
  TRY(db.exec(kCreate));
  TRY(db.exec(kStoreTables));
  TRY(db.exec(kAddedTables));
  TRY_ASSIGN(db::Statement insert, db.prepare("INSERT INTO meta(key, value) VALUES(?1, ?2)"));
  const std::pair<std::string_view, std::string> rows[] = {
      {"schema", fmt::format("{}", kSqliteSchema)},
      {"instance_id", new_instance_id()},
      {"created", format_rfc3339(clock.now())},
      {"epoch", "1"},
      {"journal_floor", "0"},
  };
  for (const auto& [key, value] : rows) {
    TRY(insert.bind_text(1, key));
    TRY(insert.bind_text(2, value));
    TRY(insert.run());
  }
  return db.exec("COMMIT");
}

/// Under another name first: a database file that is empty or half made is therefore always damage, never a start.
Status create(const std::filesystem::path& file, const Clock& clock) {
  const std::filesystem::path fresh = file.string() + ".new";
  std::error_code ec;
  std::filesystem::remove(fresh, ec);
  std::filesystem::remove(fresh.string() + "-journal", ec);
  TRY(fill(fresh, clock));
  TRY(fault::point(kFaultCreateBeforeRename));
  if (std::rename(fresh.c_str(), file.c_str()) != 0) {
    return errno_error(errno, fmt::format("renaming {} to {}", fresh.string(), file.string()));
  }
  return sync_folder(file.parent_path());
}

Result<int64_t> meta_int(db::Database& db, std::string_view key) {
  TRY_ASSIGN(const std::string text, db.query_text(fmt::format("SELECT value FROM meta WHERE key = '{}'", key)));
  const std::optional<int64_t> value = parse_i64(text);
  if (!value) return Error(Code::kDataLoss, fmt::format("the {} in table meta is damaged", key));
  return *value;
}

}  // namespace

Status recognise(db::Database& db, const std::filesystem::path& file) {
  TRY_ASSIGN(const int64_t application, db.query_int("PRAGMA application_id"));
  if (application != kApplicationId) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} is not an Oreum database: choose another folder with --data", file.string()));
  }
  TRY_ASSIGN(const int64_t version, meta_int(db, "schema"));
  if (version > kSqliteSchema) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} was written by a newer Oreum (schema {}, this one knows {}): run that version again",
                             file.string(), version, kSqliteSchema));
  }
  return {};
}

Error damaged_database(const std::filesystem::path& file, std::string_view what) {
  return {Code::kDataLoss,
          fmt::format("{0}: {1} (the database is damaged: stop Oreum, move {0} and {0}-wal aside, then put a backup in "
                      "its place or save what is left with: sqlite3 {0}.damaged .recover | sqlite3 {0})",
                      file.string(), what)};
}

Result<OpenedDatabase> open_database(const std::filesystem::path& file, const Clock& clock) {
  std::error_code ec;
  if (std::filesystem::exists(file.string() + std::string(kRestoringSuffix), ec)) {
    return Error(
        Code::kFailedPrecondition,
        fmt::format("a restore into {0} was interrupted: run it again with --force (what was there before is in "
                    "{0} or in the folder before-restore-… beside it)",
                    file.string()));
  }
  const bool wal_there = std::filesystem::exists(file.string() + "-wal", ec);
  if (!std::filesystem::exists(file, ec)) {
    // SQLite would play a write-ahead log left behind into the new database.
    if (wal_there) return damaged_database(file, "the file is missing, though its -wal is there");
    TRY(create(file, clock));
  } else if (std::filesystem::file_size(file, ec) == 0) {
    return damaged_database(file, "the file is empty");
  }
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kReadWrite));
  TRY(recognise(db, file));
  TRY(db.exec(kConfigureWriter));
  TRY_ASSIGN(const int64_t version, meta_int(db, "schema"));
  if (version == 1) {
    log::info("bringing {} up to schema {}", file.string(), kSqliteSchema);
    if (Status status = upgrade_from_1(db); !status) {
      return Error(std::move(status).error())
          .wrap(fmt::format("bringing {} up to schema {}", file.string(), kSqliteSchema));
    }
  }
  TRY(db.exec(kAddedTables));
  TRY_ASSIGN(std::string instance, db.query_text("SELECT value FROM meta WHERE key = 'instance_id'"));
  if (instance.empty()) return damaged_database(file, "the instance id is missing");
  return OpenedDatabase{std::move(db), std::move(instance)};
}

Result<db::Database> open_reader(const std::filesystem::path& file) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kReadWrite));
  TRY(db.exec(kConfigureReader));
  return db;
}

Result<db::Database> open_copier(const std::filesystem::path& file) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kReadWrite));
  TRY(db.exec("PRAGMA cache_size = -256; PRAGMA cell_size_check = ON"));
  return db;
}

Status create_copy(db::Database& source, const std::filesystem::path& file) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kCreate));
  TRY(db.exec(kCreateFile));
  TRY_ASSIGN(db::Statement tables,
             source.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE "
                            "'sqlite%' ORDER BY rowid"));
  TRY(db.exec("PRAGMA synchronous = OFF"));
  for (;;) {
    TRY_ASSIGN(const bool row, tables.step());
    if (!row) return {};
    TRY(db.exec(tables.column_bytes(0)));
  }
}

Result<Identity> identify(db::Database& db, const std::filesystem::path& file) {
  TRY(recognise(db, file));
  Identity identity;
  TRY_ASSIGN(identity.schema, meta_int(db, "schema"));
  TRY_ASSIGN(identity.instance_id, db.query_text("SELECT value FROM meta WHERE key = 'instance_id'"));
  if (identity.instance_id.empty()) return Error(Code::kDataLoss, "the instance id is missing");
  return identity;
}

Result<db::Database> open_checkpointer(const std::filesystem::path& file) {
  TRY_ASSIGN(db::Database db, db::Database::open(file.string(), db::Database::Mode::kReadWrite));
  TRY(db.exec("PRAGMA cache_size = -64"));
  return db;
}

}  // namespace oreum::storage
