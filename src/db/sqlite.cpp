#include "db/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <string_view>

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/fault.h"
#include "base/log.h"

namespace oreum::db {

namespace {

Code open_code(int os_error) {
  switch (os_error) {
    case EACCES:
    case EPERM:
    case EROFS: return Code::kPermissionDenied;
    case ENOENT:
    case ENOTDIR: return Code::kNotFound;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE: return Code::kResourceExhausted;
    default: return Code::kUnavailable;
  }
}

Code code_of(int extended, int os_error) {
  if (extended == SQLITE_IOERR_SHORT_READ || extended == SQLITE_IOERR_CORRUPTFS) return Code::kDataLoss;
  switch (extended & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_NOMEM: return Code::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return Code::kPermissionDenied;
    case SQLITE_CANTOPEN: return open_code(os_error);
    case SQLITE_IOERR: return os_error == ENOSPC || os_error == EDQUOT ? Code::kResourceExhausted : Code::kUnavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return Code::kUnavailable;
    case SQLITE_CONSTRAINT: return Code::kConflict;
    case SQLITE_TOOBIG: return Code::kInvalidArgument;
    default: return Code::kInternal;
  }
}

/// What the person at the keyboard can do about it.
std::string advice(Code code, const std::string& file) {
  switch (code) {
    case Code::kResourceExhausted: return " (free some disk space; nothing that was acknowledged is lost)";
    case Code::kDataLoss:
      return fmt::format(
          " (the database is damaged: stop Oreum, move {0} and {0}-wal aside, then put a backup in its place or save "
          "what is left with: sqlite3 {0}.damaged .recover | sqlite3 {0})",
          file);
    case Code::kPermissionDenied: return " (give this user the right to write the file and its folder)";
    default: return "";
  }
}

Error error_of(sqlite3* db, std::string_view doing) {
  const char* name = sqlite3_db_filename(db, "main");
  const std::string file = name != nullptr ? name : "";
  const Code code = code_of(sqlite3_extended_errcode(db), sqlite3_system_errno(db));
  return {code, fmt::format("{} {}: {}{}", doing, file, sqlite3_errmsg(db), advice(code, file))};
}

bool is_one_of(const char* name, std::initializer_list<std::string_view> names) {
  return name != nullptr && std::find(names.begin(), names.end(), std::string_view(name)) != names.end();
}

/// What a dump may do: make tables and indexes of the one database there is, and fill them. No attaching, no virtual
/// tables, no triggers, no views, no pragmas but the one that every dump has, no functions but those with which dumps
/// write line feeds.
int authorize_dump(void*, int action, const char* a, const char* b, const char* database, const char*) {
  const bool main = database == nullptr || std::string_view(database) == "main";
  switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_SELECT: return SQLITE_OK;
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_REINDEX:
    case SQLITE_INSERT:
    case SQLITE_READ: return main ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_UPDATE: return main && is_one_of(a, {"sqlite_master"}) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_DELETE: return main && is_one_of(a, {"sqlite_sequence"}) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION: return is_one_of(b, {"replace", "char", "unistr"}) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA: return is_one_of(a, {"foreign_keys"}) ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
  }
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* stmt) const { sqlite3_finalize(stmt); }

Status Statement::bind(int at, int64_t value) {
  if (sqlite3_bind_int64(stmt_.get(), at, value) == SQLITE_OK) return {};
  return error_of(sqlite3_db_handle(stmt_.get()), "binding for");
}

Status Statement::bind_text(int at, std::string_view value) {
  const int rc = sqlite3_bind_text64(stmt_.get(), at, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (rc == SQLITE_OK) return {};
  return error_of(sqlite3_db_handle(stmt_.get()), "binding for");
}

Status Statement::bind_blob(int at, std::string_view value) {
  // A null pointer would bind NULL, not an empty blob.
  const char* data = value.data() != nullptr ? value.data() : "";
  if (sqlite3_bind_blob64(stmt_.get(), at, data, value.size(), SQLITE_STATIC) == SQLITE_OK) return {};
  return error_of(sqlite3_db_handle(stmt_.get()), "binding for");
}

Result<bool> Statement::step() {
  if (Status fault = fault::point(kFaultStep); !fault) {
    reset();
    return Error(std::move(fault).error());
  }
  const int rc = sqlite3_step(stmt_.get());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = error_of(sqlite3_db_handle(stmt_.get()), "using");
  reset();
  return error;
}

Status Statement::run() {
  for (;;) {
    TRY_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() { sqlite3_reset(stmt_.get()); }

Statement::Type Statement::column_type(int at) const {
  switch (sqlite3_column_type(stmt_.get(), at)) {
    case SQLITE_INTEGER: return Type::kInteger;
    case SQLITE_FLOAT: return Type::kReal;
    case SQLITE_TEXT: return Type::kText;
    case SQLITE_BLOB: return Type::kBlob;
    default: return Type::kNull;
  }
}

double Statement::column_double(int at) const { return sqlite3_column_double(stmt_.get(), at); }

int64_t Statement::column_int(int at) const { return sqlite3_column_int64(stmt_.get(), at); }

std::string_view Statement::column_bytes(int at) const {
  // Blob first: asking for the size first could convert the value.
  const void* data = sqlite3_column_blob(stmt_.get(), at);
  const int size = sqlite3_column_bytes(stmt_.get(), at);
  return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

void Database::Closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Database> Database::open(const std::string& path, Mode mode) {
  // NOMUTEX: one thread at a time uses a connection; our own locks see to that.
  const int flags = SQLITE_OPEN_NOMUTEX | (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    (mode == Mode::kCreate ? SQLITE_OPEN_CREATE : 0);
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database db(raw);
  if (raw == nullptr) return Error(Code::kResourceExhausted, fmt::format("opening {}: out of memory", path));
  if (rc != SQLITE_OK) {
    const Code code = code_of(sqlite3_extended_errcode(raw), sqlite3_system_errno(raw));
    return Error(code, fmt::format("opening {}: {}{}", path, sqlite3_errmsg(raw), advice(code, path)));
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5000);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return db;
}

Result<Database> Database::open_for_dump() {
  TRY_ASSIGN(Database db, open("", Mode::kCreate));  // "": a private temporary database
  sqlite3* raw = db.db_.get();
  sqlite3_set_authorizer(raw, authorize_dump, nullptr);
  constexpr int kMegabyte = 1 << 20;
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, 64 * kMegabyte);
  sqlite3_limit(raw, SQLITE_LIMIT_SQL_LENGTH, 64 * kMegabyte);
  sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(raw, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
  sqlite3_limit(raw, SQLITE_LIMIT_WORKER_THREADS, 0);
  return db;
}

Status Database::end_dump() {
  sqlite3_set_authorizer(db_.get(), nullptr, nullptr);
  return exec("PRAGMA query_only = ON");
}

Status Database::exec(std::string_view sql) {
  TRY(fault::point(kFaultStep));
  const std::string text(sql);
  if (sqlite3_exec(db_.get(), text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error_of(db_.get(), "using");
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &stmt,
                         nullptr) != SQLITE_OK) {
    return error_of(db_.get(), "using");
  }
  return Statement(stmt);
}

Result<int64_t> Database::query_int(std::string_view sql) {
  TRY_ASSIGN(Statement statement, prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  return row ? statement.column_int(0) : 0;
}

Result<std::string> Database::query_text(std::string_view sql) {
  TRY_ASSIGN(Statement statement, prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  return row ? std::string(statement.column_bytes(0)) : std::string();
}

void Database::rollback() {
  if (sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK && in_transaction()) {
    log::error("{}", error_of(db_.get(), "rolling back").to_string());
  }
}

Status Database::sync_commits(bool sync) {
  if (sync_ == sync) return {};
  TRY(exec(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  sync_ = sync;
  return {};
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

Result<Transaction> Transaction::begin(Database& db) {
  TRY(db.exec("BEGIN IMMEDIATE"));
  return Transaction(db);
}

Transaction::~Transaction() {
  // A statement that failed badly may have rolled back already.
  if (db_ == nullptr || !db_->in_transaction()) return;
  // Not exec(): undoing must not pass a fault point.
  db_->rollback();
}

Status Transaction::commit() {
  TRY(fault::point(kFaultCommit));
  TRY(db_->exec("COMMIT"));
  db_ = nullptr;
  return {};
}

}  // namespace oreum::db
