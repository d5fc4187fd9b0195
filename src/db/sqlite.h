// SQLite, thinly: connections, prepared statements and transactions that clean up after themselves, and errors as
// Codes. Nothing outside this folder includes sqlite3.h.
//
// Every step and every commit passes a fault point (db.step, db.commit), so that tests fail the k-th of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace oreum::db {

inline constexpr std::string_view kFaultStep = "db.step";
inline constexpr std::string_view kFaultCommit = "db.commit";

/// A prepared statement, kept and used again. Not thread-safe; must not outlive its Database.
class Statement {
 public:
  Statement() = default;

  /// Parameters count from 1. Text and blobs are borrowed until the next reset().
  Status bind(int at, int64_t value);
  Status bind_text(int at, std::string_view value);
  Status bind_blob(int at, std::string_view value);

  /// True while there is a row. After false or an error the statement is reset and can run again.
  Result<bool> step();
  /// Runs a statement whose rows are not wanted.
  Status run();
  void reset();

  /// Columns count from 0; views are good until the next step or reset.
  enum class Type { kInteger, kReal, kText, kBlob, kNull };
  Type column_type(int at) const;  // as stored; ask before a view of the column converts it
  int64_t column_int(int at) const;
  double column_double(int at) const;
  std::string_view column_bytes(int at) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* stmt) const;
  };
  explicit Statement(sqlite3_stmt* stmt) : stmt_(stmt) {}
  std::unique_ptr<sqlite3_stmt, Finalizer> stmt_;
};

/// A connection. Not thread-safe: one thread at a time. Moves freely while it has no statements in use elsewhere.
class Database {
 public:
  enum class Mode { kReadOnly, kReadWrite, kCreate };

  /// A file that is there, or with kCreate also a new one. kReadOnly writes nothing at all, not even a -wal beside it.
  /// The error names the file and says what to do.
  static Result<Database> open(const std::string& path, Mode mode);
  /// An empty database that goes away with its connection and spills to a temporary file when it is large. It takes
  /// only what a `.dump` consists of (tables, indexes, inserts, transactions): see sqlite_dump.h.
  static Result<Database> open_for_dump();
  /// From now on it takes queries, and nothing else.
  Status end_dump();

  /// Runs statements without parameters, separated by semicolons.
  Status exec(std::string_view sql);
  Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row of a query, e.g. a PRAGMA; 0 when there is no row.
  Result<int64_t> query_int(std::string_view sql);
  Result<std::string> query_text(std::string_view sql);
  /// Whether commits from now on wait for the disk (WAL: synchronous = FULL) or for the kernel only (NORMAL). Cheap
  /// when nothing changes. Not inside a transaction.
  Status sync_commits(bool sync);
  bool in_transaction() const;
  void rollback();

 private:
  struct Closer {
    void operator()(sqlite3* db) const;
  };
  explicit Database(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Closer> db_;
  std::optional<bool> sync_;  // as last set here
};

/// BEGIN IMMEDIATE … COMMIT; rolled back unless committed. The database must outlive it.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db);
  Transaction(Transaction&& o) noexcept : db_(std::exchange(o.db_, nullptr)) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// With an error nothing of the transaction is kept.
  Status commit();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace oreum::db
