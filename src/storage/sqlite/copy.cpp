// Copying a whole store while it works.
//
// All that changes (journal, catalog, series) is copied in one read transaction, which is short. Packs never change,
// and whoever holds a catalog keeps their bytes from being freed, so they are copied after it, one by one: the
// write-ahead log can be ended all the while. VACUUM INTO would read gigabytes in one transaction and sync them at
// once.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/sync.h"
#include "storage/fault_points.h"
#include "storage/sqlite/backend.h"

namespace oreum::storage {

namespace {

// Written and synced together: little enough that the sync of an append beside it has not to wait for much.
constexpr uint64_t kBatchBytes = 4 << 20;

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Result<std::vector<std::string>> tables_of(db::Database& db) {
  TRY_ASSIGN(db::Statement select,
             db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                        "'sqlite%' AND name <> 'pack_data'"));
  std::vector<std::string> names;
  for (;;) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) return names;
    names.emplace_back(select.column_bytes(0));
  }
}

/// Inside a read transaction of the source, which has the new file attached as `copy`.
Status copy_tables(db::Database& source) {
  TRY_ASSIGN(const std::vector<std::string> tables, tables_of(source));
  for (const std::string& table : tables) {
    TRY(source.exec(fmt::format("INSERT INTO copy.{0} SELECT * FROM main.{0}", table)));
  }
  return {};
}

/// Nothing of it is worth anything before it is whole, so it needs no journal, and is synced by hand.
constexpr std::string_view kUnjournalled = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF";

class PackCopier {
 public:
  PackCopier(db::Database& target, db::Statement select, PackTable packs, const std::filesystem::path& file,
             const CopyProgress& progress)
      : target_(target), select_(std::move(select)), packs_(std::move(packs)), file_(file), progress_(progress) {}

  Status copy(std::span<const PackPtr> packs) {
    for (const PackPtr& pack : packs) all_ += pack->bytes;
    TRY(progress_(0, all_));
    for (size_t i = 0; i < packs.size();) TRY(copy_batch(packs, i));
    return {};
  }

 private:
  Status copy_batch(std::span<const PackPtr> packs, size_t& i) {
    TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(target_));
    for (uint64_t bytes = 0; i < packs.size() && bytes < kBatchBytes; ++i) {
      TRY(select_.bind(1, packs[i]->id));
      TRY_ASSIGN(const bool row, select_.step());
      if (!row) return Error(Code::kDataLoss, fmt::format("the bytes of pack {} are missing", packs[i]->id));
      Status written = packs_.insert_data(packs[i]->id, select_.column_bytes(0));
      select_.reset();
      TRY(std::move(written));
      bytes += packs[i]->bytes;
      done_ += packs[i]->bytes;
    }
    TRY(transaction.commit());
    TRY(sync_path(file_));
    TRY(fault::point(kFaultCopyAfterBatch));
    return progress_(done_, all_);
  }

  db::Database& target_;
  db::Statement select_;
  PackTable packs_;
  const std::filesystem::path& file_;
  const CopyProgress& progress_;
  uint64_t done_ = 0;
  uint64_t all_ = 0;
};

/// See Backend::Copy.
class DatabaseCopy final : public Backend::Copy {
 public:
  DatabaseCopy(db::Database source, std::filesystem::path file) : source_(std::move(source)), file_(std::move(file)) {}

  Status pin() override {
    // The first read fixes what the transaction sees.
    TRY(source_.exec("BEGIN"));
    TRY(source_.query_int("SELECT count(*) FROM main.sqlite_schema"));
    return {};
  }

  Status run(std::span<const PackPtr> packs, const CopyProgress& progress) override {
    TRY(copy_tables(source_));
    TRY(source_.exec("COMMIT"));
    TRY(source_.exec("DETACH copy"));
    TRY_ASSIGN(db::Database target, db::Database::open(file_.string(), db::Database::Mode::kReadWrite));
    TRY(target.exec(kUnjournalled));
    TRY_ASSIGN(db::Statement select, source_.prepare("SELECT data FROM pack_data WHERE id = ?1"));
    TRY_ASSIGN(PackTable table, PackTable::make(target));
    // As they lie on the disk, more or less.
    std::vector<PackPtr> sorted(packs.begin(), packs.end());
    std::sort(sorted.begin(), sorted.end(), [](const PackPtr& a, const PackPtr& b) { return a->id < b->id; });
    TRY(PackCopier(target, std::move(select), std::move(table), file_, progress).copy(sorted));
    return sync_path(file_);
  }

 private:
  db::Database source_;
  const std::filesystem::path file_;
};

}  // namespace

Result<std::unique_ptr<Backend::Copy>> copy_database(const std::filesystem::path& from,
                                                     const std::filesystem::path& to) {
  TRY_ASSIGN(db::Database source, open_copier(from));
  TRY(create_copy(source, to));
  TRY(source.exec(fmt::format("ATTACH {} AS copy", quoted(to.string()))));
  TRY(source.exec("PRAGMA copy.journal_mode = MEMORY; PRAGMA copy.synchronous = OFF"));
  return std::make_unique<DatabaseCopy>(std::move(source), to);
}

}  // namespace oreum::storage
