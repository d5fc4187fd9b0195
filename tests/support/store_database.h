// A database for a store, of any kind there is: the same tests run over all of them.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "db/postgres.h"
#include "db/sqlite.h"
#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/postgres_server.h"
#include "support/temp_dir.h"

namespace oreum::storage::test {

enum class Kind { kSqlite, kPostgres };
inline void PrintTo(Kind kind, std::ostream* out) { *out << (kind == Kind::kSqlite ? "sqlite" : "postgres"); }
inline bool available(Kind kind) { return kind == Kind::kSqlite || oreum::test::PostgresServer::shared() != nullptr; }

/// Empty at first; what is in it goes with it. With PostgreSQL a schema of the program's own server.
class StoreDatabase {
 public:
  explicit StoreDatabase(Kind kind) : kind_(kind), schema_(fmt::format("store_{}", next_++)) {}
  ~StoreDatabase() {
    if (kind_ == Kind::kPostgres) static_cast<void>(connection().exec("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE"));
  }
  StoreDatabase(const StoreDatabase&) = delete;
  StoreDatabase& operator=(const StoreDatabase&) = delete;

  Kind kind() const { return kind_; }
  std::filesystem::path folder() const { return dir_.path() / "data"; }
  /// As storage/open_store.h has it.
  std::string url() const {
    if (kind_ == Kind::kSqlite) return "sqlite:" + folder().string();
    return oreum::test::PostgresServer::shared()->url() + "&schema=" + schema_;
  }
  const std::string& schema() const { return schema_; }
  /// The folder of the options is this one's.
  Result<std::unique_ptr<Store>> open(const EngineOptions& options) const {
    if (kind_ == Kind::kSqlite) return SqliteStore::open(options);
    return PostgresStore::open({options, oreum::test::PostgresServer::shared()->address(), schema_});
  }
  /// The first column of the first row, beside the store.
  int64_t query(const std::string& sql) const {
    if (kind_ == Kind::kSqlite) {
      return *db::Database::open(file(), db::Database::Mode::kReadWrite)->query_int(sql);
    }
    const auto rows = connection().query_once(sql);
    EXPECT_TRUE(rows) << rows.error().to_string();
    return rows ? rows->integer(0, 0) : 0;
  }
  void exec(const std::string& sql) const {
    const Status status = kind_ == Kind::kSqlite ? db::Database::open(file(), db::Database::Mode::kReadWrite)->exec(sql)
                                                 : connection().exec(sql);
    EXPECT_TRUE(status) << status.error().to_string();
  }

 private:
  std::string file() const { return dir_ / "data/oreum.db"; }
  db::PgConnection connection() const {
    auto connection = db::PgConnection::open(*db::PgAddress::parse(oreum::test::PostgresServer::shared()->address()));
    static_cast<void>(connection->exec("SET search_path = " + schema_));
    return std::move(*connection);
  }

  static inline int next_ = 1;
  const Kind kind_;
  const std::string schema_;
  oreum::test::TempDir dir_;
};

}  // namespace oreum::storage::test
