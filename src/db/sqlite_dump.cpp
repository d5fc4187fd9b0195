#include "db/sqlite_dump.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/number.h"

namespace oreum::db {

namespace {

constexpr size_t kMaxStatement = size_t{64} << 20;

std::string upper_words(std::string_view text, size_t bytes) {
  std::string out;
  for (const char c : text.substr(0, bytes)) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  }
  return out;
}

/// What a dump of a larger schema may have beside its tables; none of it is needed.
enum class Unneeded { kNo, kTrigger, kView };

Unneeded unneeded(std::string_view statement) {
  std::string start = upper_words(statement, 64);
  for (const std::string_view word : {"CREATE ", "TEMP ", "TEMPORARY "}) {
    if (start.starts_with(word)) start.erase(0, word.size());
  }
  if (start.starts_with("TRIGGER ")) return Unneeded::kTrigger;
  return start.starts_with("VIEW ") ? Unneeded::kView : Unneeded::kNo;
}

}  // namespace

Result<DumpLoader> DumpLoader::open() {
  TRY_ASSIGN(Database db, Database::open_for_dump());
  return DumpLoader(std::move(db));
}

Status DumpLoader::feed(std::string_view piece) {
  for (const char c : piece) TRY(take(c));
  return {};
}

/// Follows quotes and comments, so that a semicolon is known for an end.
Status DumpLoader::take(char c) {
  if (statement_.empty() && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
    line_ += c == '\n' ? 1 : 0;
    return {};
  }
  if (statement_.empty()) statement_line_ = line_;
  line_ += c == '\n' ? 1 : 0;
  statement_ += c;
  if (statement_.size() > kMaxStatement) {
    return Error(Code::kInvalidArgument, fmt::format("line {}: a statement that does not end", statement_line_));
  }
  const char last = std::exchange(last_, c);
  switch (state_) {
    case State::kQuoted:
      if (c == quote_) state_ = State::kPlain;  // a doubled quote opens again at once
      return {};
    case State::kLineComment:
      if (c == '\n') state_ = State::kPlain;
      return {};
    case State::kBlockComment:
      if (last == '*' && c == '/') state_ = State::kPlain;
      return {};
    case State::kPlain: break;
  }
  if (c == '\'' || c == '"' || c == '`' || c == '[') {
    state_ = State::kQuoted;
    quote_ = c == '[' ? ']' : c;
  } else if (last == '-' && c == '-') {
    state_ = State::kLineComment;
  } else if (last == '/' && c == '*') {
    state_ = State::kBlockComment;
    last_ = 0;  // "/*/" does not end it
  } else if (c == ';') {
    return run();
  }
  return {};
}

Status DumpLoader::run() {
  const Unneeded kind = unneeded(statement_);
  // A trigger's body holds semicolons of its own.
  if (kind == Unneeded::kTrigger && sqlite3_complete(statement_.c_str()) == 0) return {};
  const std::string statement = std::exchange(statement_, std::string());
  last_ = 0;
  if (kind != Unneeded::kNo) return {};
  Status done = db_.exec(statement);
  if (done) return {};
  const Code code = done.error().code() == Code::kPermissionDenied ? Code::kPermissionDenied : Code::kInvalidArgument;
  const std::string what = code == Code::kPermissionDenied ? "this is no statement of a dump, and is not run"
                                                           : "SQLite does not take this statement";
  return Error(code, fmt::format("line {}: {}: {}", statement_line_, what, statement.substr(0, 80)),
               std::move(done).error());
}

Result<Database> DumpLoader::finish() {
  if (!trim(statement_).empty() && state_ != State::kLineComment) {
    return Error(Code::kInvalidArgument,
                 fmt::format("line {}: the last statement does not end: the dump is cut short", statement_line_));
  }
  if (db_.in_transaction()) {
    return Error(Code::kInvalidArgument, "the dump does not end with COMMIT: it is cut short");
  }
  TRY(db_.end_dump());
  return std::move(db_);
}

}  // namespace oreum::db
