#include "storage/postgres/schema.h"

#include <array>
#include <string_view>

#include <fmt/core.h>

#include "base/log.h"
#include "base/number.h"

namespace oreum::storage {

namespace {

constexpr int kOldestServer = 130000;

// From each version to the next, and back. Bytes are compressed already: EXTERNAL keeps PostgreSQL from trying again.
struct Step {
  std::string_view up;
  std::string_view down;
};
constexpr std::array kSteps{Step{
    R"sql(
CREATE TABLE meta(key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE journal(seq bigint PRIMARY KEY, data bytea NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE journal ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE series(first bigint PRIMARY KEY, data bytea NOT NULL);
ALTER TABLE series ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE pack(
  id bigint PRIMARY KEY,
  resolution bigint NOT NULL,
  level bigint NOT NULL,
  t_min bigint NOT NULL,
  t_max bigint NOT NULL,
  samples bigint NOT NULL,
  bytes bigint NOT NULL,
  digest bigint NOT NULL,
  refs bytea NOT NULL);
CREATE TABLE pack_data(day bigint NOT NULL, id bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY(day, id))
  PARTITION BY LIST (day);
ALTER TABLE pack_data ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE pack_rollup PARTITION OF pack_data FOR VALUES IN ('-9223372036854775808');
CREATE TABLE pack_other PARTITION OF pack_data DEFAULT;
CREATE TABLE rolled(day bigint PRIMARY KEY, digest bigint NOT NULL, cut bigint NOT NULL, made bigint NOT NULL);
CREATE TABLE audit(
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t bigint NOT NULL, action text NOT NULL, detail text NOT NULL);
INSERT INTO meta(key, value) VALUES
  ('application', 'oreum'), ('instance_id', replace(gen_random_uuid()::text, '-', '')), ('epoch', '1'),
  ('journal_floor', '0');
)sql",
    "DROP TABLE audit, rolled, pack_data, pack, series, journal, meta"}};
static_assert(kSteps.size() == kPostgresSchema);

/// The version of what is in the schema: 0 when it is empty.
Result<int64_t> version_of(db::PgTransaction& transaction, const std::string& schema) {
  TRY_ASSIGN(const db::PgRows tables,
             transaction.query("SELECT count(*), count(*) FILTER (WHERE relname = 'meta') FROM pg_class "
                               "WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')",
                               {db::PgText{schema}}));
  if (tables.integer(0, 0) == 0) return 0;
  const Error foreign(Code::kFailedPrecondition,
                      fmt::format("schema {} of the database holds something else than an Oreum store: choose another "
                                  "database, or another schema",
                                  schema));
  if (tables.integer(0, 1) == 0) return foreign;
  // Whose meta it is: one without our columns is an error of the query.
  const auto rows = transaction.query(
      "SELECT value FROM meta WHERE key = 'schema' AND EXISTS "
      "(SELECT FROM meta WHERE key = 'application' AND value = 'oreum')");
  if (!rows) return rows.error().code() == Code::kInternal ? foreign : rows.error();
  if (rows->size() != 1) return foreign;
  const auto version = parse_i64(rows->bytes(0, 0));
  if (!version || *version < 1) return Error(Code::kDataLoss, "the schema in table meta is damaged");
  return *version;
}

Status check_known(int64_t version, const std::string& schema) {
  if (version <= kPostgresSchema) return {};
  return Error(Code::kFailedPrecondition,
               fmt::format("the store in schema {} was written by a newer Oreum (schema {}, this one knows {}): run "
                           "that version again",
                           schema, version, kPostgresSchema));
}

}  // namespace

Status check_same_version(std::string_view version, const std::string& schema) {
  if (version == fmt::format("{}", kPostgresSchema)) return {};
  return Error(Code::kFailedPrecondition,
               fmt::format("another version of Oreum has changed the tables in schema {} (they are of version {} now, "
                           "this one writes {}): stop this one, and start that version in its place",
                           schema, version, kPostgresSchema));
}

Status check_schema_name(const std::string& schema) {
  constexpr size_t kLongest = 48;
  const bool fits = !schema.empty() && schema.size() <= kLongest && schema[0] > '9' &&
                    schema.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
                    !schema.starts_with("pg_");
  if (fits) return {};
  return Error(Code::kInvalidArgument,
               fmt::format("\"{}\" is no name for a schema: take lower-case letters, digits and _", schema));
}

Status check_server_version(int version, const std::string& where) {
  if (version >= kOldestServer) return {};
  // Before 10 the second number counted, too.
  const std::string text = version >= 100'000 ? fmt::format("{}", version / 10'000)
                                              : fmt::format("{}.{}", version / 10'000, version / 100 % 100);
  return Error(
      Code::kFailedPrecondition,
      fmt::format("{} is PostgreSQL {}, Oreum needs 13 or later: upgrade the server, or name another", where, text));
}

Status come_in(db::PgConnection& connection, const std::string& schema) {
  TRY(connection.query("SELECT pg_advisory_lock_shared(hashtextextended('oreum member ' || $1, 0))::text",
                       {db::PgText{schema}}));
  return {};
}

Result<bool> try_to_lead(db::PgConnection& connection, const std::string& schema) {
  TRY_ASSIGN(const db::PgRows got,
             connection.query("SELECT pg_try_advisory_lock(hashtextextended('oreum writer ' || $1, 0))::int::int8",
                              {db::PgText{schema}}));
  return got.integer(0, 0) != 0;
}

Status lock_alone(db::PgConnection& connection, const std::string& schema, const std::string& where) {
  // The connection of one that was killed may take a moment to end.
  TRY(connection.exec("SET lock_timeout = '3s'"));
  const auto locked = connection.query("SELECT pg_advisory_lock(hashtextextended('oreum member ' || $1, 0))::text",
                                       {db::PgText{schema}});
  if (locked) return connection.exec("SET lock_timeout = '10s'");
  if (connection.broken() || locked.error().code() != Code::kUnavailable) return locked.error();
  return Error(Code::kUnavailable,
               fmt::format("another Oreum has the store in schema {} of {} open: stop it first", schema, where));
}

Result<int64_t> look_beside_leader(db::PgConnection& connection, const std::string& schema, const std::string& where) {
  TRY_ASSIGN(const int64_t version, look_at_schema(connection, schema, where));
  if (version == 0 || version == kPostgresSchema) return version;
  return Error(Code::kUnavailable,
               fmt::format("an older Oreum leads the store in schema {} of {} (its tables are of version {}, this one "
                           "writes {}): stop it first",
                           schema, where, version, kPostgresSchema));
}

Result<int64_t> look_at_schema(db::PgConnection& connection, const std::string& schema, const std::string& where) {
  TRY_ASSIGN(db::PgTransaction transaction, db::PgTransaction::begin(connection));
  TRY_ASSIGN(const db::PgRows may,
             transaction.query(
                 "SELECT (to_regnamespace($1) IS NOT NULL)::int::int8, "
                 "CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE') "
                 "ELSE has_schema_privilege($1, 'USAGE') AND has_schema_privilege($1, 'CREATE') END::int::int8, "
                 "pg_is_in_recovery()::int::int8",
                 {db::PgText{schema}}));
  if (may.integer(0, 2) != 0) {
    return Error(Code::kUnavailable, fmt::format("{} is a standby, which takes no writes: name its primary", where));
  }
  if (may.integer(0, 1) == 0) {
    return Error(
        Code::kPermissionDenied,
        fmt::format("{}: the user may not make tables in schema {}: run deploy/level2/postgres/roles.sql there "
                    "as a superuser, and use the role oreum",
                    where, schema));
  }
  if (may.integer(0, 0) == 0) return 0;
  TRY_ASSIGN(const int64_t version, version_of(transaction, schema));
  TRY(check_known(version, schema));
  return version;
}

Result<int64_t> version_to_read(db::PgConnection& connection, const std::string& schema) {
  TRY_ASSIGN(db::PgTransaction transaction, db::PgTransaction::begin(connection));
  TRY_ASSIGN(const db::PgRows there,
             transaction.query("SELECT (to_regnamespace($1) IS NOT NULL)::int::int8", {db::PgText{schema}}));
  if (there.integer(0, 0) == 0) return 0;
  TRY_ASSIGN(const int64_t version, version_of(transaction, schema));
  TRY(check_known(version, schema));
  return version;
}

Result<db::PgConnection> connect(const db::PgAddress& address, const std::string& schema) {
  TRY_ASSIGN(db::PgConnection connection, db::PgConnection::open(address));
  TRY(check_server_version(connection.server_version(), address.describe()));
  // Plans are made each time: with partitions they are better, and do not lock all of them. Nobody waits for ever. Each
  // statement sees what was committed before it, whatever the server's configuration says: writing.cpp depends on it.
  TRY(
      connection.exec(fmt::format("SET search_path = \"{}\"; SET plan_cache_mode = force_custom_plan; "
                                  "SET default_transaction_isolation = 'read committed'; "
                                  "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; "
                                  // The server, too, notices a host that died, and lets its locks go.
                                  "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; "
                                  "SET tcp_keepalives_count = 3; SET tcp_user_timeout = '10s'",
                                  schema)));
  return connection;
}

Status bring_to(db::PgConnection& connection, const std::string& schema, int64_t version, const Clock& clock) {
  TRY_ASSIGN(db::PgTransaction transaction, db::PgTransaction::begin(connection));
  TRY(transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('oreum schema ' || $1, 0))::text",
                        {db::PgText{schema}}));
  TRY_ASSIGN(const db::PgRows there,
             transaction.query("SELECT count(*) FROM pg_namespace WHERE nspname = $1::text", {db::PgText{schema}}));
  if (there.integer(0, 0) == 0) TRY(transaction.send_once(fmt::format("CREATE SCHEMA \"{}\"", schema)));
  TRY_ASSIGN(int64_t now, version_of(transaction, schema));
  TRY(check_known(now, schema));
  if (now == version) return transaction.commit();
  log::info("bringing schema {} from version {} to {}", schema, now, version);
  const bool fresh = now == 0;
  if (!fresh && version > 0) {
    // The fence of decision 15: none of their appends is under way, and none comes after.
    TRY(transaction.send("SELECT pg_advisory_xact_lock(hashtextextended('oreum generation ' || $1, 0))::text",
                         {db::PgText{schema}}));
    TRY(
        transaction.send("INSERT INTO meta(key, value) VALUES('generation', '1') ON CONFLICT(key) DO UPDATE SET "
                         "value = (meta.value::int8 + 1)::text",
                         {}));
  }
  for (; now < version; ++now) TRY(transaction.script(kSteps[static_cast<size_t>(now)].up));
  for (; now > version; --now) TRY(transaction.script(kSteps[static_cast<size_t>(now - 1)].down));
  if (version > 0) {
    constexpr std::string_view kSet =
        "INSERT INTO meta(key, value) VALUES($1, $2) ON CONFLICT(key) DO UPDATE SET value = excluded.value";
    const std::string number = fmt::format("{}", version);
    TRY(transaction.send(kSet, {db::PgText{"schema"}, db::PgText{number}}));
    const std::string created = format_rfc3339(clock.now());
    if (fresh) TRY(transaction.send(kSet, {db::PgText{"created"}, db::PgText{created}}));
  }
  return transaction.commit();
}

}  // namespace oreum::storage
