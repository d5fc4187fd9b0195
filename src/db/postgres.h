// PostgreSQL, thinly: connections, prepared statements with binary parameters, pipelined transactions, and errors as
// Codes. Nothing outside this folder includes libpq-fe.h.
//
// Every statement and every commit passes a fault point (db.pg.step, db.pg.commit), so that tests fail the k-th of
// them. No call waits for ever: a server that does not answer within the patience counts as away, and the connection is
// given up.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace oreum::db {

inline constexpr std::string_view kFaultPgStep = "db.pg.step";
inline constexpr std::string_view kFaultPgCommit = "db.pg.commit";
// After a commit that was done: the connection breaks before the answer comes.
inline constexpr std::string_view kFaultPgLost = "db.pg.lost";

/// A parameter: an int8, a text or a bytea. Borrowed until the call returns.
struct PgText {
  std::string_view text;
};
struct PgBytes {
  std::string_view bytes;
};
using PgValue = std::variant<int64_t, PgText, PgBytes>;
using PgValues = std::initializer_list<PgValue>;

/// Rows of an answer. Integer columns are to be int8 (cast them in the query). Views are good as long as it lives.
class PgRows {
 public:
  PgRows() = default;
  size_t size() const;
  bool is_null(size_t row, int column) const;
  int64_t integer(size_t row, int column) const;
  std::string_view bytes(size_t row, int column) const;  // of a text or a bytea

 private:
  friend class PgConnection;
  friend class PgTransaction;
  struct Clear {
    void operator()(void* result) const;
  };
  explicit PgRows(void* result) : result_(result) {}
  std::unique_ptr<void, Clear> result_;  // a PGresult
};

/// Where a database is: an address `postgres://user:password@host1,host2:5432/name?sslmode=…` or libpq's key = value
/// form, with what it leaves open filled in: of several hosts the one that takes writes, a time limit to connect.
class PgAddress {
 public:
  /// kInvalidArgument says what is wrong, without the password.
  static Result<PgAddress> parse(const std::string& text);
  /// For people and logs: no password in it.
  const std::string& describe() const { return describe_; }

 private:
  friend class PgConnection;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string describe_;
};

/// A connection. Not thread-safe: one thread at a time. Whether it is broken is known after the first error.
class PgConnection {
 public:
  /// kUnavailable: the server is away. kPermissionDenied, kNotFound, kResourceExhausted: the message says what to do.
  static Result<PgConnection> open(const PgAddress& address);

  /// Statements without parameters and answers, separated by semicolons.
  Status exec(std::string_view sql);
  /// One statement, prepared when it is met first. `sql` is a literal, which outlives the connection.
  Result<PgRows> query(std::string_view sql, PgValues values = {});
  /// One statement that is not worth preparing.
  Result<PgRows> query_once(const std::string& sql, PgValues values = {});
  bool broken() const;
  /// 150018 is 15.18.
  int server_version() const;
  void set_patience(milliseconds patience) { patience_ = patience; }

 private:
  friend class PgTransaction;
  struct Finish {
    void operator()(void* connection) const;
  };
  explicit PgConnection(void* raw, std::string name) : raw_(raw), name_(std::move(name)) {}
  Status connect(std::chrono::steady_clock::time_point until);
  Status wait(bool to_write, std::chrono::steady_clock::time_point until);
  Status flush();
  /// The next answer; null at the end of a statement's answers.
  Result<void*> next_answer();
  Result<PgRows> answer();
  Result<std::string> prepared(std::string_view sql);
  Status send(std::string_view sql, PgValues values, bool keep);
  Error error_of(void* result) const;
  Error lost(std::string_view why);

  std::unique_ptr<void, Finish> raw_;  // a PGconn
  std::string name_;
  milliseconds patience_{30'000};
  bool given_up_ = false;
  std::unordered_map<std::string_view, std::string> prepared_;
};

/// BEGIN … COMMIT; rolled back unless committed. Statements are sent together: an error may come to light with a later
/// call, at the latest with commit(). The connection must outlive it, and serves nothing else meanwhile.
class PgTransaction {
 public:
  static Result<PgTransaction> begin(PgConnection& connection);
  PgTransaction(PgTransaction&& o) noexcept;
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;
  PgTransaction& operator=(PgTransaction&&) = delete;
  ~PgTransaction();

  /// How many rows a statement must touch.
  enum class Expect { kAny, kOne };
  Status send(std::string_view sql, PgValues values, Expect expect = Expect::kAny);
  Status send_once(const std::string& sql, PgValues values = {});
  /// Waits for the answer.
  Result<PgRows> query(std::string_view sql, PgValues values = {});
  Result<PgRows> query_once(const std::string& sql, PgValues values = {});
  /// Several statements, separated by semicolons.
  Status script(std::string_view sql);
  /// kUnavailable: it is not known whether it was kept, if the connection is broken now; else nothing was.
  Status commit();

 private:
  explicit PgTransaction(PgConnection& connection) : connection_(&connection) {}
  Status queued(Status sent, Expect expect);
  /// Waits for all that was sent. The last one's answer.
  Result<PgRows> drain();
  Result<PgRows> last_answer();

  PgConnection* connection_;
  std::vector<Expect> queued_;
};

}  // namespace oreum::db
