#include "storage/sqlite/backend.h"

#include <algorithm>

#include <fmt/core.h>

#include "storage/engine/engine.h"

namespace oreum::storage {

namespace {

constexpr int64_t kPageSize = 4096;
constexpr int64_t kPagesAtOnce = 256;
// Free pages up to this, or this share of all, are left for the next packs.
constexpr int64_t kKeptFreePages = 64;
constexpr int64_t kKeptFreeShare = 64;
constexpr uint64_t kCheckpointBytes = 4 << 20;
// A write-ahead log that readers and writers never let end is ended under the write lock.
constexpr uint64_t kMostWalBytes = 64 << 20;

}  // namespace

/// See Backend::Transaction.
class SqliteBackend::Writing final : public Transaction {
 public:
  Writing(Writer& writer, db::Transaction transaction) : writer_(writer), transaction_(std::move(transaction)) {}

  Status insert_journal(int64_t seq, std::string_view row) override {
    TRY(writer_.insert_journal.bind(1, seq));
    TRY(writer_.insert_journal.bind_blob(2, row));
    return writer_.insert_journal.run();
  }
  Status delete_journal(int64_t upto) override {
    TRY(writer_.delete_journal.bind(1, upto));
    return writer_.delete_journal.run();
  }
  Status set_meta(std::string_view key, std::string_view value) override {
    TRY(writer_.set_meta.bind_text(1, key));
    TRY(writer_.set_meta.bind_text(2, value));
    return writer_.set_meta.run();
  }
  Result<std::string> read_series_block(int64_t first) override { return writer_.series.read(first); }
  Status insert_series_block(int64_t first, std::string_view data) override {
    return writer_.series.insert(first, data);
  }
  Status erase_series_block(int64_t first) override { return writer_.series.erase(first); }
  Status insert_pack(const PackMeta& meta) override { return writer_.packs.insert(meta); }
  Status erase_pack(int64_t id) override { return writer_.packs.erase(id); }
  Status insert_pack_data(const PackMeta& meta, std::string_view bytes) override {
    return writer_.packs.insert_data(meta.id, bytes);
  }
  Status erase_pack_data(std::span<const PackKey> packs) override {
    for (const PackKey& pack : packs) TRY(writer_.packs.erase_data(pack.id));
    return {};
  }
  Status set_rolled(int64_t day, const Rolled& rolled) override { return writer_.rolled.set(day, rolled); }
  Status erase_rolled(int64_t day) override { return writer_.rolled.erase(day); }
  Status insert_audit(TimestampMs t, std::string_view action, std::string_view detail) override {
    TRY(writer_.insert_audit.bind(1, t.ms));
    TRY(writer_.insert_audit.bind_text(2, action));
    TRY(writer_.insert_audit.bind_text(3, detail));
    return writer_.insert_audit.run();
  }
  Status commit() override { return transaction_.commit(); }

 private:
  Writer& writer_;
  db::Transaction transaction_;
};

Result<std::unique_ptr<Store>> SqliteStore::open(const SqliteOptions& options) {
  TRY_ASSIGN(std::unique_ptr<Backend> backend, open_backend(options));
  TRY_ASSIGN(std::unique_ptr<Store> store, Engine::open(options, std::move(backend)));
  return store;
}

Result<std::unique_ptr<Backend>> SqliteStore::open_backend(const SqliteOptions& options) {
  TRY_ASSIGN(std::unique_ptr<Backend> backend, SqliteBackend::open(options));
  return backend;
}

Result<SqliteBackend::Writer> SqliteBackend::Writer::make(db::Database db) {
  TRY_ASSIGN(auto packs, PackTable::make(db));
  TRY_ASSIGN(auto rolled, RolledTable::make(db));
  TRY_ASSIGN(auto series, SeriesBlockTable::make(db));
  TRY_ASSIGN(auto select_meta, db.prepare("SELECT value FROM meta WHERE key = ?1"));
  TRY_ASSIGN(auto set_meta, db.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)"));
  TRY_ASSIGN(auto select_journal, db.prepare("SELECT seq, data FROM journal WHERE seq > ?1 ORDER BY seq"));
  TRY_ASSIGN(auto insert_journal, db.prepare("INSERT INTO journal(seq, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(auto delete_journal, db.prepare("DELETE FROM journal WHERE seq <= ?1"));
  TRY_ASSIGN(auto insert_audit, db.prepare("INSERT INTO audit(t, action, detail) VALUES(?1, ?2, ?3)"));
  return Writer{std::move(db),
                std::move(packs),
                std::move(rolled),
                std::move(series),
                std::move(select_meta),
                std::move(set_meta),
                std::move(select_journal),
                std::move(insert_journal),
                std::move(delete_journal),
                std::move(insert_audit)};
}

Result<std::unique_ptr<SqliteBackend>> SqliteBackend::open(const SqliteOptions& options) {
  TRY(make_dirs(options.folder));
  auto lock = LockFile::take(options.folder / "oreum.lock");
  if (!lock) {
    return std::move(lock).error().wrap(
        fmt::format("opening the data folder {} (choose another with --data)", options.folder.string()));
  }
  const std::filesystem::path file = options.folder / "oreum.db";
  TRY_ASSIGN(OpenedDatabase opened, open_database(file, options.clock));
  TRY_ASSIGN(Writer writer, Writer::make(std::move(opened.db)));
  if (options.max_pages > 0) TRY(writer.db.exec(fmt::format("PRAGMA max_page_count = {}", options.max_pages)));
  return std::unique_ptr<SqliteBackend>(
      new SqliteBackend(file, std::move(*lock), std::move(writer), std::move(opened.instance_id)));
}

SqliteBackend::SqliteBackend(std::filesystem::path file, LockFile lock, Writer writer, std::string instance_id)
    : file_(std::move(file)),
      lock_(std::move(lock)),
      instance_id_(std::move(instance_id)),
      writer_(std::move(writer)),
      readers_(file_) {}

Result<std::unique_ptr<Backend::Transaction>> SqliteBackend::begin(Durability durability) {
  TRY(writer_.db.sync_commits(durability == Durability::kPowerLoss));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  return std::make_unique<Writing>(writer_, std::move(transaction));
}

Result<std::string> SqliteBackend::meta(std::string_view key) {
  TRY(writer_.select_meta.bind_text(1, key));
  TRY_ASSIGN(const bool row, writer_.select_meta.step());
  std::string value(row ? writer_.select_meta.column_bytes(0) : std::string_view());
  writer_.select_meta.reset();
  return value;
}

Status SqliteBackend::load_audit(const AuditRow& row) {
  TRY_ASSIGN(db::Statement select, writer_.db.prepare("SELECT t, action, detail FROM audit ORDER BY seq"));
  for (;;) {
    TRY_ASSIGN(const bool more, select.step());
    if (!more) return {};
    TRY(row({select.column_int(0)}, select.column_bytes(1), select.column_bytes(2)));
  }
}

Status SqliteBackend::load_journal(int64_t after, const Row& row) {
  db::Statement& select = writer_.select_journal;
  TRY(select.bind(1, after));
  for (;;) {
    TRY_ASSIGN(const bool more, select.step());
    if (!more) return {};
    if (Status status = row(select.column_int(0), select.column_bytes(1)); !status) {
      select.reset();
      return status;
    }
  }
}

Result<std::vector<Backend::PackKey>> SqliteBackend::orphans(int64_t before) {
  TRY_ASSIGN(const std::vector<int64_t> ids, writer_.packs.orphans(before));
  std::vector<PackKey> keys;
  keys.reserve(ids.size());
  for (const int64_t id : ids) keys.push_back({.id = id});
  return keys;
}

uint64_t SqliteBackend::disk_bytes() const {
  uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(file_.string() + suffix, ec);
    if (!ec) bytes += size;
  }
  return bytes;
}

Result<uint64_t> SqliteBackend::used_bytes() {
  TRY_ASSIGN(const int64_t pages, writer_.db.query_int("PRAGMA page_count"));
  TRY_ASSIGN(const int64_t free, writer_.db.query_int("PRAGMA freelist_count"));
  return static_cast<uint64_t>((pages - free) * kPageSize);
}

Result<bool> SqliteBackend::give_back_some(bool all) {
  TRY_ASSIGN(const int64_t pages, writer_.db.query_int("PRAGMA page_count"));
  TRY_ASSIGN(const int64_t free, writer_.db.query_int("PRAGMA freelist_count"));
  if (free == 0 || (!all && (free <= kKeptFreePages || free * kKeptFreeShare <= pages))) return false;
  TRY(writer_.db.exec(fmt::format("PRAGMA incremental_vacuum({})", std::min(kPagesAtOnce, free))));
  TRY_ASSIGN(const int64_t left, writer_.db.query_int("PRAGMA freelist_count"));
  return left < free;
}

Result<bool> SqliteBackend::checkpoint(bool all) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file_.string() + "-wal", ec);
  if (ec || (!all && size < kCheckpointBytes)) return false;
  {
    // On a connection of its own, appends go on beside it.
    const MutexLock lock(checkpoint_mu_);
    if (!checkpointer_) {
      TRY_ASSIGN(checkpointer_, open_checkpointer(file_));
    }
    TRY(checkpointer_->exec("PRAGMA wal_checkpoint(PASSIVE)"));
  }
  return all || size >= kMostWalBytes;
}

Status SqliteBackend::end_log() {
  // Only if nobody reads from the log now: appends must not wait for a reader.
  return writer_.db.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000");
}

Result<std::unique_ptr<Backend::Copy>> SqliteBackend::start_copy(const std::filesystem::path& file) {
  return copy_database(file_, file);
}

}  // namespace oreum::storage
