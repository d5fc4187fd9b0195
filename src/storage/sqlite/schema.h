// The database file: made, recognised, opened. docs/formats/sqlite-schema.md documents the tables.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "db/sqlite.h"

namespace oreum::storage {

inline constexpr int64_t kSqliteSchema = 2;

/// What schema 2 brought; the rest is made with the file.
inline constexpr std::string_view kStoreTables = R"sql(
CREATE TABLE series(first INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE pack(
  id INTEGER PRIMARY KEY,
  resolution INTEGER NOT NULL,
  level INTEGER NOT NULL,
  t_min INTEGER NOT NULL,
  t_max INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  refs BLOB NOT NULL) STRICT;
CREATE TABLE pack_data(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
)sql";

/// What came without a new schema number: made at every opening where it is missing.
inline constexpr std::string_view kAddedTables = R"sql(
CREATE TABLE IF NOT EXISTS audit(
  seq INTEGER PRIMARY KEY, t INTEGER NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rolled(
  day INTEGER PRIMARY KEY, digest INTEGER NOT NULL, cut INTEGER NOT NULL, made INTEGER NOT NULL) STRICT;
)sql";

/// The rows of the journal that no seal has freed; those before are kept for a migration only.
inline constexpr std::string_view kSelectJournal =
    "SELECT seq, data FROM journal WHERE seq > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'journal_floor') "
    "ORDER BY seq";

struct OpenedDatabase {
  db::Database db;  // for writing
  std::string instance_id;
};

/// Opens <folder>/oreum.db, making it when there is none. A damaged or foreign file is refused, never replaced.
Result<OpenedDatabase> open_database(const std::filesystem::path& file, const Clock& clock);

/// kFailedPrecondition when the database is not Oreum's, or of a newer version.
Status recognise(db::Database& db, const std::filesystem::path& file);

/// One more connection, for reading only.
Result<db::Database> open_reader(const std::filesystem::path& file);

/// One more connection, that copies into attached files.
Result<db::Database> open_copier(const std::filesystem::path& file);

/// One more connection, for checkpoints.
Result<db::Database> open_checkpointer(const std::filesystem::path& file);

/// Makes a new file with the tables of another database, empty.
Status create_copy(db::Database& source, const std::filesystem::path& file);

/// The instance id and the number of the schema. kFailedPrecondition when it is not ours, or newer.
struct Identity {
  std::string instance_id;
  int64_t schema = 0;
};
Result<Identity> identify(db::Database& db, const std::filesystem::path& file);

/// Beside the database's name while a restore puts another in its place: until that is done, nothing is opened there.
inline constexpr std::string_view kRestoringSuffix = ".restoring";

/// kDataLoss with how to restore.
Error damaged_database(const std::filesystem::path& file, std::string_view what);

}  // namespace oreum::storage
