// Several processes over one schema. docs/decisions/0015-several-writers.md.
#include <fmt/core.h>

#include "storage/postgres/backend.h"
#include "storage/postgres/schema.h"

namespace oreum::storage {

using db::PgConnection;
using db::PgRows;
using db::PgText;

namespace {

/// A transaction that only reads; see Sharing::Moment.
class PostgresMoment final : public Sharing::Moment {
 public:
  explicit PostgresMoment(PgConnection& connection) : connection_(connection) {}
  ~PostgresMoment() override {
    if (!connection_.broken()) static_cast<void>(connection_.exec("COMMIT"));
  }

 private:
  PgConnection& connection_;
};

}  // namespace

Result<bool> PostgresBackend::try_to_lead() {
  if (leads_) return true;
  TRY_ASSIGN(PgConnection * connection, writer());
  TRY_ASSIGN(const bool leads, storage::try_to_lead(*connection, schema_));
  if (!leads) return false;
  // The one that led before has made and dropped some.
  TRY_ASSIGN(partitions_, load_partitions(*connection));
  leads_ = true;
  return true;
}

Status PostgresBackend::give_up_lead() {
  TRY_ASSIGN(PgConnection * connection, writer());
  TRY(connection->query("SELECT pg_advisory_unlock(hashtextextended('oreum writer ' || $1, 0))::text",
                        {PgText{schema_}}));
  leads_ = false;
  return {};
}

Result<std::string> PostgresBackend::leader() {
  TRY_ASSIGN(PgConnection * connection, writer());
  // Both halves of a lock's number, as pg_locks shows it.
  TRY_ASSIGN(const PgRows rows,
             connection->query(
                 "SELECT coalesce(a.application_name, '') FROM pg_locks l JOIN pg_stat_activity a USING (pid), "
                 "hashtextextended('oreum writer ' || $1, 0) AS h(key) WHERE l.locktype = 'advisory' AND l.granted AND "
                 "l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
                 "l.classid::int8 = (h.key >> 32 & 4294967295) AND l.objid::int8 = (h.key & 4294967295)",
                 {PgText{schema_}}));
  if (rows.size() == 0) return std::string();
  constexpr std::string_view kPrefix = "oreum on ";
  std::string name(rows.bytes(0, 0));
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  return name;
}

Status PostgresBackend::hold_appends(bool held) {
  TRY_ASSIGN(PgConnection * connection, writer());
  // The lock of raise_generation(), of the session: a transaction of this connection has it already, then.
  if (held) {
    TRY(connection->query("SELECT pg_advisory_lock(hashtextextended('oreum generation ' || $1, 0))::text",
                          {PgText{schema_}}));
  } else {
    TRY(connection->query("SELECT pg_advisory_unlock(hashtextextended('oreum generation ' || $1, 0))::text",
                          {PgText{schema_}}));
  }
  return {};
}

Result<size_t> PostgresBackend::others() {
  TRY_ASSIGN(PgConnection * connection, writer());
  // The lock that all of them have.
  TRY_ASSIGN(const PgRows rows,
             connection->query("SELECT count(*) FROM pg_locks mine JOIN pg_locks theirs "
                               "USING (locktype, database, classid, objid, objsubid, mode) "
                               "WHERE mine.pid = pg_backend_pid() AND locktype = 'advisory' AND mode = 'ShareLock' AND "
                               "theirs.granted AND theirs.pid <> mine.pid"));
  return static_cast<size_t>(rows.integer(0, 0));
}

Result<int64_t> PostgresBackend::news(int64_t after, const Row& row) {
  TRY_ASSIGN(PgConnection * connection, writer());
  TRY_ASSIGN(const PgRows rows,
             connection->query("SELECT coalesce((SELECT value FROM meta WHERE key = 'generation'), '0')::int8, j.seq, "
                               "j.data FROM (SELECT 1) AS one LEFT JOIN LATERAL "
                               "(SELECT seq, data FROM journal WHERE seq > $1 ORDER BY seq LIMIT 64) AS j ON true "
                               "ORDER BY j.seq",
                               {after}));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows.is_null(i, 1)) TRY(row(rows.integer(i, 1), rows.bytes(i, 2)));
  }
  return rows.integer(0, 0);
}

Result<std::unique_ptr<Sharing::Moment>> PostgresBackend::begin_moment() {
  TRY_ASSIGN(PgConnection * connection, writer());
  TRY(connection->exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  auto moment = std::make_unique<PostgresMoment>(*connection);
  TRY_ASSIGN(const PgRows version, connection->query("SELECT value FROM meta WHERE key = 'schema'"));
  TRY(check_same_version(version.size() == 1 ? version.bytes(0, 0) : std::string_view(), schema_));
  return moment;
}

Result<std::vector<int64_t>> PostgresBackend::pack_ids() {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT id FROM pack ORDER BY id"));
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) ids.push_back(rows.integer(i, 0));
  return ids;
}

Status PostgresBackend::load_series_from(int64_t first, const Row& row) {
  TRY_ASSIGN(const PgRows rows,
             writer_->query("SELECT first, data FROM series WHERE first >= $1 ORDER BY first", {first}));
  for (size_t i = 0; i < rows.size(); ++i) TRY(row(rows.integer(i, 0), rows.bytes(i, 1)));
  return {};
}

}  // namespace oreum::storage
