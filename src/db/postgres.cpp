#include "db/postgres.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/wait_limit.h"
#include "db/libpq.h"
#include "db/postgres_errors.h"

namespace oreum::db {

namespace {

constexpr std::chrono::seconds kConnectPatience(10);
constexpr size_t kSentAtOnce = 512;  // statements whose answers are not read yet

// Loaded before anything here runs: PgAddress::parse comes first.
const LibPq& pq() { return **libpq(); }
template <typename Closer>
PGconn* conn(const std::unique_ptr<void, Closer>& raw) {
  return static_cast<PGconn*>(raw.get());
}
PGresult* res(void* result) { return static_cast<PGresult*>(result); }

std::string trimmed(const char* text) {
  std::string_view view = text == nullptr ? "" : text;
  while (!view.empty() && (view.back() == '\n' || view.back() == ' ')) view.remove_suffix(1);
  std::string out(view);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

Error malformed() {
  return {Code::kInvalidArgument,
          "the address of the PostgreSQL database is malformed: write postgres://user@host:5432/database, with %40 for "
          "an @ in the password, and %2F for a /"};
}

/// Who is connected, for pg_stat_activity: "oreum on host, pid 42". The server cuts it off at 63 bytes.
std::string own_name() {
  constexpr size_t kLongestHost = 40;
  std::array<char, kLongestHost + 1> host{};
  if (::gethostname(host.data(), kLongestHost) != 0) return fmt::format("oreum, pid {}", ::getpid());
  return fmt::format("oreum on {}, pid {}", host.data(), ::getpid());
}

/// "a,b" and "1,2" → "a:1,b:2", as libpq pairs them.
std::string with_ports(std::string_view hosts, std::string_view ports) {
  const auto cut = [](std::string_view& list) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view first = list.substr(0, end);
    // The last one counts for all that follow.
    if (end < list.size()) list.remove_prefix(end + 1);
    return first;
  };
  std::string out;
  for (bool more = true; more;) {
    more = hosts.find(',') != std::string_view::npos;
    const std::string_view host = cut(hosts);
    const std::string_view port = cut(ports);
    out += fmt::format("{}{}{}{}", host, port.empty() ? "" : ":", port, more ? "," : "");
  }
  return out;
}

/// Parameters as libpq wants them.
struct Bound {
  static constexpr size_t kMost = 16;
  std::array<Oid, kMost> types{};
  std::array<const char*, kMost> values{};
  std::array<int, kMost> lengths{};
  std::array<int, kMost> formats{};
  std::array<uint64_t, kMost> integers{};
  int n = 0;

  Bound(PgValues all) {
    constexpr Oid kInt8 = 20;
    constexpr Oid kText = 25;
    constexpr Oid kBytea = 17;
    for (const PgValue& value : all) {
      const auto at = static_cast<size_t>(n++);
      formats[at] = 1;
      if (const auto* integer = std::get_if<int64_t>(&value)) {
        integers[at] = static_cast<uint64_t>(*integer);
        if constexpr (std::endian::native == std::endian::little) integers[at] = __builtin_bswap64(integers[at]);
        set(at, kInt8, {reinterpret_cast<const char*>(&integers[at]), sizeof(uint64_t)});
      } else if (const auto* text = std::get_if<PgText>(&value)) {
        set(at, kText, text->text);
      } else {
        set(at, kBytea, std::get<PgBytes>(value).bytes);
      }
    }
  }

 private:
  void set(size_t at, Oid type, std::string_view bytes) {
    types[at] = type;
    values[at] = bytes.data() != nullptr ? bytes.data() : "";  // null would be NULL
    lengths[at] = static_cast<int>(bytes.size());
  }
};

}  // namespace

// ---- rows

void PgRows::Clear::operator()(void* result) const { pq().PQclear(res(result)); }

size_t PgRows::size() const { return result_ ? static_cast<size_t>(pq().PQntuples(res(result_.get()))) : 0; }

bool PgRows::is_null(size_t row, int column) const {
  return pq().PQgetisnull(res(result_.get()), static_cast<int>(row), column) != 0;
}

std::string_view PgRows::bytes(size_t row, int column) const {
  const int at = static_cast<int>(row);
  return {pq().PQgetvalue(res(result_.get()), at, column),
          static_cast<size_t>(pq().PQgetlength(res(result_.get()), at, column))};
}

int64_t PgRows::integer(size_t row, int column) const {
  const std::string_view raw = bytes(row, column);
  uint64_t value = 0;
  if (raw.size() != sizeof value) return 0;
  std::memcpy(&value, raw.data(), sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  return static_cast<int64_t>(value);
}

// ---- address

Result<PgAddress> PgAddress::parse(const std::string& text) {
  TRY_ASSIGN(const LibPq* library, libpq());
  char* message = nullptr;
  PQconninfoOption* options = library->PQconninfoParse(text.c_str(), &message);
  if (options == nullptr) {
    // libpq's message may quote a part of the address, and so the password.
    library->PQfreemem(message);
    return malformed();
  }
  PgAddress address;
  std::unordered_map<std::string_view, std::string> given;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    address.parameters_.emplace_back(option->keyword, option->val);
    given[option->keyword] = option->val;
  }
  const auto otherwise = [&](std::string_view key, std::string_view value) {
    if (!given.contains(key)) address.parameters_.emplace_back(key, value);
  };
  otherwise("target_session_attrs", "read-write");
  otherwise("connect_timeout", "5");
  otherwise("application_name", own_name());
  otherwise("client_encoding", "UTF8");
  otherwise("keepalives_idle", "10");
  otherwise("tcp_user_timeout", "15000");
  const auto get = [&](std::string_view key, std::string_view none) {
    const auto it = given.find(key);
    return it == given.end() ? std::string(none) : it->second;
  };
  if (get("host", "").find('@') != std::string::npos) {
    library->PQconninfoFree(options);
    return malformed();  // the host is the end of a password
  }
  const std::string user = get("user", "");
  address.describe_ = fmt::format("postgres://{}{}{}/{}", user, user.empty() ? "" : "@",
                                  with_ports(get("host", ""), get("port", "")), get("dbname", user));
  library->PQconninfoFree(options);
  return address;
}

// ---- connection

void PgConnection::Finish::operator()(void* connection) const { pq().PQfinish(static_cast<PGconn*>(connection)); }

Result<PgConnection> PgConnection::open(const PgAddress& address) {
  TRY(fault::point(kFaultPgStep));
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : address.parameters_) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  PgConnection connection(pq().PQconnectStartParams(keys.data(), values.data(), 0), address.describe());
  if (connection.raw_ == nullptr) return Error(Code::kResourceExhausted, "connecting to PostgreSQL: out of memory");
  pq().PQsetNoticeProcessor(
      conn(connection.raw_), [](void*, const char* text) { log::debug("PostgreSQL: {}", trimmed(text)); }, nullptr);
  TRY(connection.connect(std::chrono::steady_clock::now() + kConnectPatience));
  if (pq().PQsetnonblocking(conn(connection.raw_), 1) != 0) return connection.lost("it cannot be made non-blocking");
  return connection;
}

Status PgConnection::connect(std::chrono::steady_clock::time_point until) {
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED || pq().PQstatus(conn(raw_)) == CONNECTION_BAD) {
      const std::string message = trimmed(pq().PQerrorMessage(conn(raw_)));
      const Code code = code_of_connecting(message);
      return Error(code, fmt::format("connecting to {}: {}{}", name_, message, advice(code)));
    }
    TRY(wait(next == PGRES_POLLING_WRITING, until));
    next = pq().PQconnectPoll(conn(raw_));
  }
  return {};
}

Status PgConnection::wait(bool to_write, std::chrono::steady_clock::time_point until) {
  until = WaitLimit::apply(until);
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return lost("it does not answer");
    pollfd fd{pq().PQsocket(conn(raw_)), static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), 0};
    // While connecting only what is asked for counts.
    if (to_write && pq().PQstatus(conn(raw_)) != CONNECTION_OK) fd.events = POLLOUT;
    const int n = ::poll(&fd, 1, static_cast<int>(std::min<int64_t>(left, 1000)));
    if (n > 0) return {};
    if (n < 0 && errno != EINTR) return lost("its socket is gone");
  }
}

Error PgConnection::lost(std::string_view why) {
  given_up_ = true;
  return {Code::kUnavailable, fmt::format("using {}: {} (is the server up, and can it be reached?)", name_, why)};
}

bool PgConnection::broken() const { return given_up_ || pq().PQstatus(conn(raw_)) != CONNECTION_OK; }

int PgConnection::server_version() const { return pq().PQserverVersion(conn(raw_)); }

Status PgConnection::flush() {
  const auto until = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    const int left = pq().PQflush(conn(raw_));
    if (left == 0) return {};
    if (left < 0) return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
    TRY(wait(true, until));
    // What the server answers meanwhile is taken in, or both would wait for each other.
    if (pq().PQconsumeInput(conn(raw_)) == 0) return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
  }
}

Result<void*> PgConnection::next_answer() {
  TRY(flush());
  const auto until = std::chrono::steady_clock::now() + patience_;
  while (pq().PQisBusy(conn(raw_)) != 0) {
    TRY(wait(false, until));
    if (pq().PQconsumeInput(conn(raw_)) == 0) return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
  }
  return static_cast<void*>(pq().PQgetResult(conn(raw_)));
}

Error PgConnection::error_of(void* result) const {
  const char* state = result == nullptr ? nullptr : pq().PQresultErrorField(res(result), PG_DIAG_SQLSTATE);
  // Without a state it is libpq that speaks: the connection is gone.
  const Code code = state == nullptr ? Code::kUnavailable : code_of_state(state);
  const char* primary = result == nullptr ? nullptr : pq().PQresultErrorField(res(result), PG_DIAG_MESSAGE_PRIMARY);
  const std::string message = trimmed(primary != nullptr ? primary : pq().PQerrorMessage(conn(raw_)));
  return {code, fmt::format("using {}: {}{}", name_, message, advice(code))};
}

/// Of one statement outside a pipeline: the last of its answers, or the first error.
Result<PgRows> PgConnection::answer() {
  PgRows last;
  std::optional<Error> error;
  for (;;) {
    TRY_ASSIGN(void* result, next_answer());
    if (result == nullptr) break;
    PgRows rows(result);
    const ExecStatusType status = pq().PQresultStatus(res(result));
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
      last = std::move(rows);
    } else if (!error) {
      error = error_of(result);
    }
  }
  if (error) return *error;
  return last;
}

Status PgConnection::exec(std::string_view sql) {
  TRY(fault::point(kFaultPgStep));
  if (broken()) return lost("the connection is gone");
  const std::string text(sql);
  if (pq().PQsendQuery(conn(raw_), text.c_str()) == 0) return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
  TRY(answer());
  return {};
}

Result<std::string> PgConnection::prepared(std::string_view sql) {
  if (const auto it = prepared_.find(sql); it != prepared_.end()) return it->second;
  const std::string name = fmt::format("s{}", prepared_.size() + 1);
  const std::string text(sql);
  if (pq().PQsendPrepare(conn(raw_), name.c_str(), text.c_str(), 0, nullptr) == 0) {
    return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
  }
  TRY(answer());
  prepared_.emplace(sql, name);
  return name;
}

Status PgConnection::send(std::string_view sql, PgValues values, bool keep) {
  const Bound bound(values);
  int sent = 0;
  if (keep) {
    // Prepared before it is sent: in a pipeline only what is there already.
    sent = pq().PQsendQueryPrepared(conn(raw_), prepared_.at(sql).c_str(), bound.n, bound.values.data(),
                                    bound.lengths.data(), bound.formats.data(), 1);
  } else {
    const std::string text(sql);
    sent = pq().PQsendQueryParams(conn(raw_), text.c_str(), bound.n, bound.types.data(), bound.values.data(),
                                  bound.lengths.data(), bound.formats.data(), 1);
  }
  if (sent == 0) return lost(trimmed(pq().PQerrorMessage(conn(raw_))));
  return {};
}

Result<PgRows> PgConnection::query(std::string_view sql, PgValues values) {
  TRY(fault::point(kFaultPgStep));
  if (broken()) return lost("the connection is gone");
  TRY(prepared(sql));
  TRY(send(sql, values, true));
  return answer();
}

Result<PgRows> PgConnection::query_once(const std::string& sql, PgValues values) {
  TRY(fault::point(kFaultPgStep));
  if (broken()) return lost("the connection is gone");
  TRY(send(sql, values, false));
  return answer();
}

// ---- transaction

PgTransaction::PgTransaction(PgTransaction&& o) noexcept
    : connection_(std::exchange(o.connection_, nullptr)), queued_(std::move(o.queued_)) {}

Result<PgTransaction> PgTransaction::begin(PgConnection& connection) {
  TRY(fault::point(kFaultPgStep));
  if (connection.broken()) return connection.lost("the connection is gone");
  PGconn* raw = conn(connection.raw_);
  if (pq().PQenterPipelineMode(raw) == 0) return connection.lost(trimmed(pq().PQerrorMessage(raw)));
  PgTransaction transaction(connection);
  TRY(transaction.queued(connection.send("BEGIN", {}, false), Expect::kAny));
  return transaction;
}

PgTransaction::~PgTransaction() {
  if (connection_ == nullptr) return;
  // Not through send(): undoing must not pass a fault point.
  if (!connection_->broken()) {
    static_cast<void>(drain());
    if (!connection_->broken() && connection_->send("ROLLBACK", {}, false)) {
      queued_.push_back(Expect::kAny);
      static_cast<void>(drain());
    }
  }
  if (!connection_->broken() && pq().PQexitPipelineMode(conn(connection_->raw_)) == 0) {
    static_cast<void>(connection_->lost("it is not in order"));
  }
}

Status PgTransaction::queued(Status sent, Expect expect) {
  TRY(std::move(sent));
  queued_.push_back(expect);
  if (queued_.size() >= kSentAtOnce) TRY(drain());
  return {};
}

Status PgTransaction::send(std::string_view sql, PgValues values, Expect expect) {
  TRY(fault::point(kFaultPgStep));
  if (connection_->broken()) return connection_->lost("the connection is gone");
  if (!connection_->prepared_.contains(sql)) {
    // Preparing answers at once, so what was sent goes first, and the pipeline is left for it.
    TRY(drain());
    PGconn* raw = conn(connection_->raw_);
    if (pq().PQexitPipelineMode(raw) == 0) return connection_->lost(trimmed(pq().PQerrorMessage(raw)));
    const auto prepared = connection_->prepared(sql);
    if (!connection_->broken() && pq().PQenterPipelineMode(raw) == 0) {
      return connection_->lost(trimmed(pq().PQerrorMessage(raw)));
    }
    TRY(prepared);
  }
  return queued(connection_->send(sql, values, true), expect);
}

Status PgTransaction::send_once(const std::string& sql, PgValues values) {
  TRY(fault::point(kFaultPgStep));
  if (connection_->broken()) return connection_->lost("the connection is gone");
  return queued(connection_->send(sql, values, false), Expect::kAny);
}

Result<PgRows> PgTransaction::query(std::string_view sql, PgValues values) {
  TRY(send(sql, values));
  return drain();
}

Result<PgRows> PgTransaction::query_once(const std::string& sql, PgValues values) {
  TRY(send_once(sql, values));
  return drain();
}

Status PgTransaction::script(std::string_view sql) {
  // A pipeline takes single statements. The transaction goes on without it for a moment.
  TRY(drain());
  PGconn* raw = conn(connection_->raw_);
  if (pq().PQexitPipelineMode(raw) == 0) return connection_->lost(trimmed(pq().PQerrorMessage(raw)));
  const Status status = connection_->exec(sql);
  if (!connection_->broken() && pq().PQenterPipelineMode(raw) == 0) {
    return connection_->lost(trimmed(pq().PQerrorMessage(raw)));
  }
  return status;
}

Result<PgRows> PgTransaction::drain() {
  if (queued_.empty()) return PgRows();
  if (pq().PQpipelineSync(conn(connection_->raw_)) == 0) {
    return connection_->lost(trimmed(pq().PQerrorMessage(conn(connection_->raw_))));
  }
  PgRows last;
  std::optional<Error> error;
  const std::vector<Expect> expected = std::exchange(queued_, {});
  for (const Expect expect : expected) {
    auto rows = last_answer();
    if (connection_->broken()) return connection_->lost("the connection broke");
    if (!rows) {
      if (!error) error = rows.error();
      continue;
    }
    const char* touched = rows->result_ ? pq().PQcmdTuples(res(rows->result_.get())) : "";
    if (expect == Expect::kOne && !error && std::string_view(touched) != "1") {
      error = Error(
          Code::kUnavailable,
          fmt::format("using {}: what was to be changed is not as it was; it is tried again", connection_->name_));
    }
    last = std::move(*rows);
  }
  // The answer to the sync itself.
  TRY_ASSIGN(void* sync, connection_->next_answer());
  const PgRows clear(sync);
  if (error) return *error;
  return last;
}

/// Of one statement of the pipeline.
Result<PgRows> PgTransaction::last_answer() {
  TRY_ASSIGN(void* result, connection_->next_answer());
  if (result == nullptr) return connection_->lost("it answered nothing");
  PgRows rows(result);
  const ExecStatusType status = pq().PQresultStatus(res(result));
  Result<PgRows> out = std::move(rows);
  if (status == PGRES_PIPELINE_ABORTED) {
    out = Error(Code::kUnavailable, "an earlier statement of the transaction failed");
  } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
    out = connection_->error_of(result);
  }
  TRY_ASSIGN(void* end, connection_->next_answer());
  if (end != nullptr) {
    const PgRows clear(end);
    return connection_->lost("it answered more than was asked");
  }
  return out;
}

Status PgTransaction::commit() {
  // What is wrong with a statement is known before the commit is sent with an expectation in it; else COMMIT of a
  // failed transaction is a ROLLBACK, and the statement's error is the answer.
  TRY(fault::point(kFaultPgCommit));
  const bool expects = std::any_of(queued_.begin(), queued_.end(), [](Expect e) { return e == Expect::kOne; });
  if (expects) TRY(drain());
  TRY(queued(connection_->send("COMMIT", {}, false), Expect::kAny));
  TRY_ASSIGN(const PgRows done, drain());
  if (std::string_view(pq().PQcmdStatus(res(done.result_.get()))) != "COMMIT") {
    return Error(Code::kUnavailable, fmt::format("using {}: the transaction was rolled back", connection_->name_));
  }
  if (!fault::point(kFaultPgLost)) return connection_->lost("the answer to a commit was lost");
  PGconn* raw = conn(connection_->raw_);
  const bool in_order = pq().PQexitPipelineMode(raw) != 0;
  if (!in_order) return connection_->lost(trimmed(pq().PQerrorMessage(raw)));
  connection_ = nullptr;
  return {};
}

}  // namespace oreum::db
