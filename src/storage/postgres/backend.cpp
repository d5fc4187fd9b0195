#include "storage/postgres/backend.h"

#include <algorithm>
#include <map>

#include <thread>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "encoding/pack.h"
#include "storage/engine/engine.h"
#include "storage/postgres/reading.h"
#include "storage/postgres/schema.h"
#include "storage/postgres/writing.h"

namespace oreum::storage {

using db::PgBytes;
using db::PgConnection;
using db::PgRows;
using db::PgText;

namespace {

constexpr size_t kKeptReaders = 4;
constexpr std::chrono::seconds kMeasureEvery(10);
constexpr milliseconds kFirstPause(100);
constexpr milliseconds kLongestPause(5000);

}  // namespace

Result<std::unique_ptr<Store>> PostgresStore::open(const PostgresOptions& options) {
  TRY_ASSIGN(std::unique_ptr<Backend> backend, open_backend(options));
  TRY_ASSIGN(std::unique_ptr<Store> store, Engine::open(options.engine, std::move(backend)));
  return store;
}

Result<std::unique_ptr<Backend>> PostgresStore::open_backend(const PostgresOptions& options) {
  TRY_ASSIGN(std::unique_ptr<Backend> backend, PostgresBackend::open(options));
  return backend;
}

Result<PostgresPlace> PostgresStore::look(const std::string& address, const std::string& schema) {
  TRY(check_schema_name(schema));
  TRY_ASSIGN(const db::PgAddress parsed, db::PgAddress::parse(address));
  TRY_ASSIGN(PgConnection connection, connect(parsed, schema));
  TRY_ASSIGN(const int64_t version, look_at_schema(connection, schema, parsed.describe()));
  PostgresPlace place;
  place.there = version > 0;
  TRY_ASSIGN(const PgRows now, connection.query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8"));
  place.clock = {now.integer(0, 0)};
  if (!place.there) return place;
  TRY_ASSIGN(const PgRows id, connection.query("SELECT value FROM meta WHERE key = 'instance_id'"));
  if (id.size() == 1) place.instance = id.bytes(0, 0);
  return place;
}

Result<milliseconds> PostgresStore::try_writing(const std::string& address, const std::string& schema, uint64_t bytes) {
  TRY_ASSIGN(const db::PgAddress parsed, db::PgAddress::parse(address));
  TRY_ASSIGN(PgConnection connection, connect(parsed, schema));
  TRY_ASSIGN(db::PgTransaction transaction, db::PgTransaction::begin(connection));
  // Of this connection alone, and gone with the transaction, which is not committed.
  TRY(
      transaction.script("CREATE TEMPORARY TABLE oreum_trial(data bytea); "
                         "ALTER TABLE oreum_trial ALTER COLUMN data SET STORAGE EXTERNAL"));
  constexpr uint64_t kAtOnce = 1 << 20;
  const std::string some(std::min(bytes, kAtOnce), 'o');
  const auto began = Monotonic::now();
  for (uint64_t sent = 0; sent < bytes; sent += some.size()) {
    TRY(transaction.send("INSERT INTO oreum_trial VALUES($1)", {PgBytes{some}}));
  }
  TRY(transaction.query("SELECT 1"));
  return std::chrono::duration_cast<milliseconds>(Monotonic::now() - began);
}

Result<int64_t> PostgresStore::version(const std::string& address, const std::string& schema) {
  TRY(check_schema_name(schema));
  TRY_ASSIGN(const db::PgAddress parsed, db::PgAddress::parse(address));
  TRY_ASSIGN(PgConnection connection, connect(parsed, schema));
  return version_to_read(connection, schema);
}

Status PostgresStore::bring_to_version(const std::string& address, const std::string& schema, int64_t version) {
  TRY(check_schema_name(schema));
  TRY_ASSIGN(const db::PgAddress parsed, db::PgAddress::parse(address));
  TRY_ASSIGN(PgConnection connection, connect(parsed, schema));
  TRY(lock_alone(connection, schema, parsed.describe()));
  return bring_to(connection, schema, version, SystemClock());
}

Status PostgresStore::remove(const std::string& address, const std::string& schema) {
  return bring_to_version(address, schema, 0);
}

Result<std::unique_ptr<PostgresBackend>> PostgresBackend::open(const PostgresOptions& options) {
  TRY(check_schema_name(options.schema));
  TRY_ASSIGN(db::PgAddress address, db::PgAddress::parse(options.address));
  std::unique_ptr<PostgresBackend> backend(new PostgresBackend(options, std::move(address)));
  Status opened = backend->open_writer(options.patience_to_lead, true);
  if (opened) return backend;
  const Code code = opened.error().code();
  const bool passing = code == Code::kUnavailable || code == Code::kResourceExhausted;
  if (options.known_instance.empty() || !passing) return std::move(opened).error();
  backend->instance_id_ = options.known_instance;
  backend->gone(opened.error());
  return backend;
}

Status PostgresBackend::open_writer(milliseconds patience_to_lead, bool may_lead) {
  TRY_ASSIGN(PgConnection connection, connect(address_, schema_));
  TRY(come_in(connection, schema_));
  if (!instance_id_.empty()) {
    TRY_ASSIGN(const int64_t there, look_at_schema(connection, schema_, address_.describe()));
    if (there == 0) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("there is no store any more in schema {} of {} (it was instance {}): restore it, or "
                               "look at the address",
                               schema_, address_.describe(), instance_id_));
    }
  }
  constexpr milliseconds kPause(25);
  constexpr std::chrono::seconds kPatienceForTables(10);
  const auto since = Monotonic::now();
  bool leads = false;
  for (;;) {
    if (may_lead) {
      TRY_ASSIGN(leads, storage::try_to_lead(connection, schema_));
    }
    if (leads) break;
    const auto waited = Monotonic::now() - since;
    TRY_ASSIGN(const int64_t version, look_beside_leader(connection, schema_, address_.describe()));
    if (version != 0 && waited >= patience_to_lead) break;
    if (waited >= kPatienceForTables) {
      return Error(Code::kUnavailable, fmt::format("another Oreum is making the tables in schema {} of {}: try again",
                                                   schema_, address_.describe()));
    }
    std::this_thread::sleep_for(kPause);  // a lock that is waited for is not told of by anything else
  }
  if (leads) TRY(bring_to(connection, schema_, kPostgresSchema, clock_));
  TRY_ASSIGN(const PgRows id, connection.query("SELECT value FROM meta WHERE key = 'instance_id'"));
  if (id.size() != 1 || id.bytes(0, 0).empty()) return damaged("the instance id is missing");
  if (!instance_id_.empty() && instance_id_ != id.bytes(0, 0)) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} holds another store now (instance {}, not {}): stop Oreum and look at the address",
                             address_.describe(), id.bytes(0, 0), instance_id_));
  }
  instance_id_ = id.bytes(0, 0);
  // What was acknowledged is on the server's disk, whatever its configuration says.
  TRY_ASSIGN(const PgRows sync, connection.query("SELECT current_setting('synchronous_commit')"));
  if (sync.bytes(0, 0) == "off") TRY(connection.exec("SET synchronous_commit = on"));
  TRY_ASSIGN(partitions_, load_partitions(connection));
  writer_.emplace(std::move(connection));
  leads_ = leads;
  known_tables_ = true;
  return {};
}

Result<std::set<int64_t>> PostgresBackend::load_partitions(PgConnection& connection) {
  TRY_ASSIGN(const PgRows days, connection.query("SELECT substr(relname::text, 7)::int8 FROM pg_class WHERE "
                                                 "relnamespace = current_schema()::regnamespace AND relkind = 'r' AND "
                                                 "relname ~ '^pack_d[0-9]+$'"));
  std::set<int64_t> all;
  for (size_t i = 0; i < days.size(); ++i) all.insert(days.integer(i, 0));
  return all;
}

Result<PgConnection*> PostgresBackend::writer() {
  if (writer_) return &*writer_;
  return away_ ? *away_ : Error(Code::kUnavailable, "the database is away");
}

Result<bool> PostgresBackend::recover() {
  if (writer_ && !writer_->broken()) return false;
  if (away_ && Monotonic::now() < next_try_) return *away_;
  writer_.reset();
  // Whoever has taken the lead meanwhile keeps it. One that did not lead leaves it to the engine to ask for it, which
  // knows whether the store is retired; before the tables are known they may have to be brought up.
  const bool may_lead = leads_ || !known_tables_;
  leads_ = false;
  if (Status status = open_writer(milliseconds(0), may_lead); !status) {
    gone(status.error());
    return *away_;
  }
  log::info("connected to {} again", address_.describe());
  away_.reset();
  pause_ = milliseconds(0);
  return true;
}

/// A server that takes no more connections is away for whoever has none.
void PostgresBackend::gone(const Error& error) {
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  next_try_ = Monotonic::now() + pause_;
  const Code code = error.code() == Code::kResourceExhausted ? Code::kUnavailable : error.code();
  away_ = Error(code, error.to_string());
}

Result<std::unique_ptr<Backend::Transaction>> PostgresBackend::begin(Durability durability) {
  TRY_ASSIGN(PgConnection * connection, writer());
  TRY_ASSIGN(db::PgTransaction transaction, db::PgTransaction::begin(*connection));
  return std::make_unique<PostgresWriting>(std::move(transaction), schema_, partitions_, durability);
}

Result<std::string> PostgresBackend::meta(std::string_view key) {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT value FROM meta WHERE key = $1", {PgText{key}}));
  return std::string(rows.size() == 0 ? std::string_view() : rows.bytes(0, 0));
}

Status PostgresBackend::load_series(const Row& row) {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT first, data FROM series ORDER BY first"));
  for (size_t i = 0; i < rows.size(); ++i) TRY(row(rows.integer(i, 0), rows.bytes(i, 1)));
  return {};
}

Result<std::vector<PackPtr>> PostgresBackend::load_packs() {
  TRY_ASSIGN(const PgRows rows, writer_->query(kSelectPacks));
  return packs_of(rows);
}

Result<std::vector<PackPtr>> PostgresBackend::load_packs(std::span<const int64_t> ids) {
  if (ids.empty()) return std::vector<PackPtr>();
  const std::string list = fmt::format("{{{}}}", fmt::join(ids, ","));
  TRY_ASSIGN(const PgRows rows,
             writer_->query("SELECT id, resolution, level, t_min, t_max, samples, bytes, digest, refs FROM pack "
                            "WHERE id = ANY($1::text::int8[])",
                            {PgText{list}}));
  return packs_of(rows);
}

Result<Catalog::Days> PostgresBackend::load_rolled() {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT day, digest, cut, made FROM rolled"));
  Catalog::Days days;
  for (size_t i = 0; i < rows.size(); ++i) {
    days[rows.integer(i, 0)] = {.digest = static_cast<uint64_t>(rows.integer(i, 1)),
                                .cut = rows.integer(i, 2),
                                .made = static_cast<uint8_t>(rows.integer(i, 3))};
  }
  return days;
}

Status PostgresBackend::load_audit(const AuditRow& row) {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT t, action, detail FROM audit ORDER BY seq"));
  for (size_t i = 0; i < rows.size(); ++i) TRY(row({rows.integer(i, 0)}, rows.bytes(i, 1), rows.bytes(i, 2)));
  return {};
}

Status PostgresBackend::load_journal(int64_t after, const Row& row) {
  for (;;) {
    TRY_ASSIGN(const PgRows rows, writer_->query(kSelectJournalPart, {after}));
    if (rows.size() == 0) return {};
    for (size_t i = 0; i < rows.size(); ++i) TRY(row(rows.integer(i, 0), rows.bytes(i, 1)));
    after = rows.integer(rows.size() - 1, 0);
  }
}

Result<int64_t> PostgresBackend::last_pack() {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT greatest((SELECT max(id) FROM pack), "
                                               "(SELECT max(id) FROM pack_data), 0)::int8"));
  return rows.integer(0, 0);
}

Result<std::vector<Backend::PackKey>> PostgresBackend::orphans(int64_t before) {
  TRY_ASSIGN(const PgRows rows, writer_->query("SELECT id, day FROM pack_data WHERE id < $1 AND NOT EXISTS "
                                               "(SELECT FROM pack WHERE pack.id = pack_data.id)",
                                               {before}));
  std::vector<PackKey> keys;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t day = rows.integer(i, 1);
    keys.push_back({rows.integer(i, 0), day == kRollupDay ? Resolution::kMinute : Resolution::kRaw, day});
  }
  return keys;
}

PostgresBackend::Reader PostgresBackend::kept_reader() const {
  const MutexLock lock(readers_mu_);
  if (idle_.empty()) return nullptr;
  Reader reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

Result<PgRows> PostgresBackend::read(std::string_view sql, db::PgValues values) const {
  // One that was kept may have been cut off meanwhile.
  while (Reader reader = kept_reader()) {
    auto rows = reader->query(sql, values);
    if (!rows && reader->broken()) continue;
    give_reader(std::move(reader));
    return rows;
  }
  TRY_ASSIGN(PgConnection connection, connect(address_, schema_));
  auto reader = std::make_unique<PgConnection>(std::move(connection));
  auto rows = reader->query(sql, values);
  give_reader(std::move(reader));
  return rows;
}

void PostgresBackend::give_reader(Reader reader) const {
  if (reader->broken()) return;
  const MutexLock lock(readers_mu_);
  if (idle_.size() < kKeptReaders) idle_.push_back(std::move(reader));
}

Result<std::string> PostgresBackend::read_pack(const PackMeta& meta) {
  TRY_ASSIGN(const PgRows rows,
             select_pack(meta, [this](std::string_view sql, db::PgValues values) { return read(sql, values); }));
  return encoding::with_pack_slack(rows.bytes(0, 0));
}

uint64_t PostgresBackend::disk_bytes() const {
  {
    const MutexLock lock(readers_mu_);
    if (measured_ != Monotonic::time_point() && Monotonic::now() - measured_ < kMeasureEvery) return disk_bytes_;
    measured_ = Monotonic::now();
  }
  const auto rows = read(kSelectDiskBytes, {});
  const MutexLock lock(readers_mu_);
  if (rows) disk_bytes_ = static_cast<uint64_t>(rows->integer(0, 0));  // else what was last known
  return disk_bytes_;
}

/// What the server keeps of deleted rows is its own to use again, so the bytes of packs are counted by the catalog,
/// with what TOAST adds to them.
Result<uint64_t> PostgresBackend::used_bytes() {
  if (!writer_) return away_ ? *away_ : Error(Code::kUnavailable, "the database is away");
  TRY_ASSIGN(const PgRows rows,
             writer_->query("SELECT (coalesce((SELECT sum(bytes) * 105 / 100 FROM pack), 0) + "
                            "(SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND "
                            "relname !~ '^pack_'))::int8"));
  return static_cast<uint64_t>(rows.integer(0, 0));
}

Error PostgresBackend::damaged(std::string_view what) const {
  return {Code::kDataLoss, fmt::format("schema {} of {}: {} (the store is damaged: stop Oreum, and restore a backup)",
                                       schema_, address_.describe(), what)};
}

}  // namespace oreum::storage
