// A store's rows in one SQLite database.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/mutex.h"
#include "db/sqlite.h"
#include "storage/backend.h"
#include "storage/sqlite/pack_table.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/rolled_table.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/series_block_table.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::storage {

/// See Backend. One connection writes; readers, checkpoints and copies have connections of their own.
class SqliteBackend final : public Backend {
 public:
  static Result<std::unique_ptr<SqliteBackend>> open(const SqliteOptions& options);

  Result<std::unique_ptr<Transaction>> begin(Durability durability) override;
  Result<std::string> meta(std::string_view key) override;
  Status load_series(const Row& row) override { return writer_.series.load(row); }
  Result<std::vector<PackPtr>> load_packs() override { return writer_.packs.load(); }
  Result<Catalog::Days> load_rolled() override { return writer_.rolled.load(); }
  Status load_audit(const AuditRow& row) override;
  Status load_journal(int64_t after, const Row& row) override;
  Result<int64_t> last_pack() override { return writer_.packs.last_id(); }
  Result<std::vector<PackKey>> orphans(int64_t before) override;
  size_t erased_at_once() const override { return 8; }  // some 128 KiB each
  Result<std::string> read_pack(const PackMeta& meta) override { return readers_.read(meta.id); }
  uint64_t disk_bytes() const override;
  Result<uint64_t> used_bytes() override;
  Result<bool> give_back_some(bool all) override;
  Result<bool> checkpoint(bool all) override;
  Status end_log() override;
  Result<std::unique_ptr<Copy>> start_copy(const std::filesystem::path& file) override;
  const std::string& instance_id() const override { return instance_id_; }
  std::string describe() const override { return "sqlite"; }
  Error damaged(std::string_view what) const override { return damaged_database(file_, what); }

 private:
  class Writing;
  /// The writing connection with its statements.
  struct Writer {
    db::Database db;
    PackTable packs;
    RolledTable rolled;
    SeriesBlockTable series;
    db::Statement select_meta, set_meta, select_journal, insert_journal, delete_journal, insert_audit;
    static Result<Writer> make(db::Database db);
  };
  SqliteBackend(std::filesystem::path file, LockFile lock, Writer writer, std::string instance_id);

  const std::filesystem::path file_;
  const LockFile lock_;
  const std::string instance_id_;
  Writer writer_;
  Mutex checkpoint_mu_;
  std::optional<db::Database> checkpointer_ GUARDED_BY(checkpoint_mu_);
  ReaderPool readers_;
};

/// Copies a database while it works; see Backend::Copy.
Result<std::unique_ptr<Backend::Copy>> copy_database(const std::filesystem::path& from,
                                                     const std::filesystem::path& to);

}  // namespace oreum::storage
