#include "storage/sqlite/rows.h"

#include <fmt/core.h>

#include "storage/sqlite/pack_table.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/series_block_table.h"

namespace oreum::storage {

namespace {

class SqliteRows final : public StoreRows {
 public:
  explicit SqliteRows(db::Database db) : db_(std::move(db)) {}

  Status check_database(const std::function<void(std::string)>& problem) override {
    TRY_ASSIGN(db::Statement check, db_.prepare("PRAGMA integrity_check(20)"));
    for (;;) {
      TRY_ASSIGN(const bool row, check.step());
      if (!row) return {};
      const std::string_view line = check.column_bytes(0);
      if (line != "ok") problem(fmt::format("the database file: {}", line));
    }
  }

  Result<std::string> meta(std::string_view key) override {
    TRY_ASSIGN(db::Statement select, db_.prepare("SELECT value FROM meta WHERE key = ?1"));
    TRY(select.bind_text(1, key));
    TRY_ASSIGN(const bool row, select.step());
    return std::string(row ? select.column_bytes(0) : std::string_view());
  }

  Status load_series(const Row& row) override {
    TRY_ASSIGN(SeriesBlockTable table, SeriesBlockTable::make(db_));
    return table.load(row);
  }

  Result<std::vector<PackPtr>> load_packs() override {
    TRY_ASSIGN(PackTable table, PackTable::make(db_));
    return table.load();
  }

  Status load_journal(int64_t after, const Row& row) override {
    TRY_ASSIGN(db::Statement select, db_.prepare("SELECT seq, data FROM journal WHERE seq > ?1 ORDER BY seq"));
    TRY(select.bind(1, after));
    for (;;) {
      TRY_ASSIGN(const bool more, select.step());
      if (!more) return {};
      TRY(row(select.column_int(0), select.column_bytes(1)));
    }
  }

  Result<uint64_t> count_orphans() override {
    TRY_ASSIGN(PackTable table, PackTable::make(db_));
    TRY_ASSIGN(const std::vector<int64_t> orphans, table.orphans(INT64_MAX));
    return orphans.size();
  }

  Result<std::string> read_pack(const PackMeta& meta) override {
    if (!select_pack_) {
      TRY_ASSIGN(db::Statement select, db_.prepare("SELECT data FROM pack_data WHERE id = ?1"));
      select_pack_ = std::move(select);
    }
    TRY(select_pack_->bind(1, meta.id));
    TRY_ASSIGN(const bool row, select_pack_->step());
    std::string bytes(row ? select_pack_->column_bytes(0) : std::string_view());
    select_pack_->reset();
    if (!row) return Error(Code::kDataLoss, "its bytes are missing");
    return bytes;
  }

  Result<uint64_t> disk_bytes() override {
    TRY_ASSIGN(const int64_t pages, db_.query_int("PRAGMA page_count"));
    TRY_ASSIGN(const int64_t size, db_.query_int("PRAGMA page_size"));
    return static_cast<uint64_t>(pages * size);
  }

  std::string_view how_to_restore() const override { return "oreum backup restore"; }

 private:
  db::Database db_;
  std::optional<db::Statement> select_pack_;
};

}  // namespace

Result<std::unique_ptr<StoreRows>> read_sqlite_rows(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "oreum.db";
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    return Error(Code::kNotFound, fmt::format("there is no {}: name the data folder with --data", file.string()));
  }
  TRY_ASSIGN(db::Database db, open_reader(file));
  TRY(recognise(db, file));
  TRY_ASSIGN(const int64_t packs, db.query_int("SELECT count(*) FROM sqlite_schema WHERE name = 'pack'"));
  if (packs == 0) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} is of schema 1: start Oreum on it once, that brings it up", file.string()));
  }
  TRY(db.exec("BEGIN"));
  return std::make_unique<SqliteRows>(std::move(db));
}

}  // namespace oreum::storage
