#include "storage/postgres/rows.h"

#include <optional>

#include <fmt/core.h>

#include "db/postgres.h"
#include "storage/postgres/reading.h"
#include "storage/postgres/schema.h"

namespace oreum::storage {

namespace {

using db::PgRows;

/// All tables but the bytes of packs are read in one transaction, and it is short: while it has looked at a day's
/// partition, nobody can drop that. Bytes stay some minutes while somebody has the store open, and this has.
class PostgresRows final : public StoreRows {
 public:
  explicit PostgresRows(db::PgConnection connection) : connection_(std::move(connection)) {}

  Result<std::string> meta(std::string_view key) override {
    TRY_ASSIGN(const PgRows rows, connection_.query("SELECT value FROM meta WHERE key = $1", {db::PgText{key}}));
    return std::string(rows.size() == 0 ? std::string_view() : rows.bytes(0, 0));
  }

  Status load_series(const Row& row) override {
    TRY_ASSIGN(const PgRows rows, connection_.query("SELECT first, data FROM series ORDER BY first"));
    for (size_t i = 0; i < rows.size(); ++i) TRY(row(rows.integer(i, 0), rows.bytes(i, 1)));
    return {};
  }

  Result<std::vector<PackPtr>> load_packs() override {
    TRY_ASSIGN(const PgRows rows, connection_.query(kSelectPacks));
    return packs_of(rows);
  }

  Status load_journal(int64_t after, const Row& row) override {
    for (;;) {
      TRY_ASSIGN(const PgRows rows, connection_.query(kSelectJournalPart, {after}));
      if (rows.size() == 0) return {};
      for (size_t i = 0; i < rows.size(); ++i) TRY(row(rows.integer(i, 0), rows.bytes(i, 1)));
      after = rows.integer(rows.size() - 1, 0);
    }
  }

  Result<uint64_t> count_orphans() override {
    TRY_ASSIGN(const PgRows rows, connection_.query("SELECT count(*) FROM pack_data WHERE NOT EXISTS "
                                                    "(SELECT FROM pack WHERE pack.id = pack_data.id)"));
    return static_cast<uint64_t>(rows.integer(0, 0));
  }

  Status end_moment() override { return connection_.exec("COMMIT"); }

  Result<std::string> read_pack(const PackMeta& meta) override {
    TRY_ASSIGN(const PgRows rows, select_pack(meta, [this](std::string_view sql, db::PgValues values) {
                 return connection_.query(sql, values);
               }));
    return std::string(rows.bytes(0, 0));
  }

  Result<uint64_t> disk_bytes() override {
    TRY_ASSIGN(const PgRows rows, connection_.query(kSelectDiskBytes));
    return static_cast<uint64_t>(rows.integer(0, 0));
  }

  std::string_view how_to_restore() const override { return "pg_restore, or what the server is backed up with"; }

 private:
  db::PgConnection connection_;
};

}  // namespace

Result<std::unique_ptr<StoreRows>> read_postgres_rows(const std::string& address, const std::string& schema) {
  TRY(check_schema_name(schema));
  TRY_ASSIGN(const db::PgAddress parsed, db::PgAddress::parse(address));
  TRY_ASSIGN(db::PgConnection connection, connect(parsed, schema));
  TRY(come_in(connection, schema));
  TRY_ASSIGN(const int64_t version, version_to_read(connection, schema));
  if (version == 0) {
    return Error(Code::kNotFound, fmt::format("there is no store in schema {} of {}", schema, parsed.describe()));
  }
  TRY(connection.exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return std::make_unique<PostgresRows>(std::move(connection));
}

}  // namespace oreum::storage
