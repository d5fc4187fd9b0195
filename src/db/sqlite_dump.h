// Loads the text of SQLite's `.dump`, which may come from anywhere, into a database of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "db/sqlite.h"

namespace oreum::db {

/// Takes the text piece by piece. A statement that no dump consists of (ATTACH, a virtual table, a pragma, DELETE …) is
/// refused by SQLite's authorizer before it runs; triggers and views are read over. Not thread-safe.
class DumpLoader {
 public:
  static Result<DumpLoader> open();

  /// kInvalidArgument names the line of the statement that is wrong; kPermissionDenied of one that is not allowed.
  Status feed(std::string_view piece);
  /// The database, no longer writable; an error when the text ends within a statement or a transaction.
  Result<Database> finish();

 private:
  enum class State { kPlain, kQuoted, kLineComment, kBlockComment };

  explicit DumpLoader(Database db) : db_(std::move(db)) {}
  Status take(char c);
  Status run();

  Database db_;
  std::string statement_;
  State state_ = State::kPlain;
  char quote_ = 0;
  char last_ = 0;
  uint64_t line_ = 1;
  uint64_t statement_line_ = 1;
};

}  // namespace oreum::db
