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
#include "storage/sqlite/engine.h"

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

}  // namespace

Status SqliteEngine::copy_to(const std::filesystem::path& file, const CopyProgress& progress) {
  TRY_ASSIGN(db::Database source, open_copier(file_));
  TRY(create_copy(source, file));
  TRY(source.exec(fmt::format("ATTACH {} AS copy", quoted(file.string()))));
  TRY(source.exec("PRAGMA copy.journal_mode = MEMORY; PRAGMA copy.synchronous = OFF"));
  std::shared_ptr<const Catalog> pinned;
  {
    // The first read fixes what the transaction sees. The catalog is of the same moment.
    const MutexLock write(write_mu_);
    TRY(source.exec("BEGIN"));
    TRY(source.query_int("SELECT count(*) FROM main.sqlite_schema"));
    pinned = catalog();
  }
  TRY(copy_tables(source));
  TRY(source.exec("COMMIT"));
  TRY(source.exec("DETACH copy"));

  TRY_ASSIGN(db::Database target, db::Database::open(file.string(), db::Database::Mode::kReadWrite));
  TRY(target.exec(kUnjournalled));
  TRY_ASSIGN(db::Statement select, source.prepare("SELECT data FROM pack_data WHERE id = ?1"));
  TRY_ASSIGN(PackTable table, PackTable::make(target));
  std::vector<PackPtr> packs;
  packs.reserve(pinned->packs());
  pinned->for_each([&](const PackPtr& pack) { packs.push_back(pack); });
  // As they lie on the disk, more or less.
  std::sort(packs.begin(), packs.end(), [](const PackPtr& a, const PackPtr& b) { return a->id < b->id; });
  TRY(PackCopier(target, std::move(select), std::move(table), file, progress).copy(packs));
  return sync_path(file);
}

}  // namespace oreum::storage
