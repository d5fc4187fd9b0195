// The SQLite store itself. Append, seal, retention and reading each have a file.
//
// Locks, in the order they are taken:
//   maintenance_mu_  one seal or retention at a time
//   write_mu_        the writing connection; batches are ordered by it; held over commits
//   mu_              the head and the counters; held for microseconds, never over I/O
// The head changes only under both write_mu_ and mu_, so either is enough to read it. A seal encodes under
// maintenance_mu_ alone: appends wait for its commit only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "db/sqlite.h"
#include "storage/admission.h"
#include "storage/head.h"
#include "storage/journal.h"
#include "storage/sqlite/chunk_table.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_store.h"

namespace oreum::storage {

/// One seal's samples, for queriers that were made before it: each holds the node that was newest then and follows
/// `next` to what was sealed since. Nodes nobody holds are gone.
struct SealNode {
  std::vector<std::pair<int64_t, std::shared_ptr<const OpenSamples>>> sealed;  // by ref
  std::shared_ptr<SealNode> next;                                              // null on the newest
};

class SqliteEngine final : public Store {
 public:
  static Result<std::unique_ptr<SqliteEngine>> open(const SqliteOptions& options);
  ~SqliteEngine() override;

  using Store::append;
  Result<AppendResult> append(const model::Batch& batch, Durability durability) override;
  Status seal() override;
  Status apply_retention(TimestampMs now) override;
  StoreStats stats() const override;
  Status healthy() const override;
  const std::string& instance_id() const override { return instance_id_; }
  std::string describe() const override { return "sqlite"; }
  Result<std::unique_ptr<Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override;

  // For queriers.
  IndexView view() const EXCLUDES(mu_);
  std::vector<HeadSnapshot> snapshot(const CompiledMatchers& matchers, TimestampMs t_min, TimestampMs t_max,
                                     const SealNode& since) const;
  ReaderPool& readers() const { return readers_; }

 private:
  /// The writing connection with its statements.
  struct Writer {
    db::Database db;
    db::Statement insert_series, delete_series, update_series;
    db::Statement insert_journal, delete_journal, set_floor;
    db::Statement insert_chunk, delete_chunk, oldest_chunks, series_t_min;
    ChunkReader chunks;
    static Result<Writer> make(db::Database db);
  };
  struct EncodedChunk {
    HeadSeries* series;
    int64_t t_min, t_max, n;
    std::string bytes;
  };

  SqliteEngine(const SqliteOptions& options, LockFile lock, Writer writer, OpenedDatabase opened);

  // open
  Status load();
  Status load_series(std::vector<HeadSeries*>& by_ref) REQUIRES(write_mu_, mu_);
  Status replay(const std::vector<HeadSeries*>& by_ref) REQUIRES(write_mu_, mu_);

  // append
  Status commit_batch(Durability durability) REQUIRES(write_mu_);
  void apply_batch() REQUIRES(write_mu_) EXCLUDES(mu_);
  const Head& head_for_writer() const REQUIRES(write_mu_) NO_THREAD_SAFETY_ANALYSIS { return head_; }
  bool seal_due() const REQUIRES(mu_);
  /// Remembers a failed write for healthy(), or that writing works again.
  Status note(Status status) const EXCLUDES(mu_);

  // seal
  bool freeze() REQUIRES(maintenance_mu_) EXCLUDES(write_mu_, mu_);
  Status write_frozen() REQUIRES(maintenance_mu_) EXCLUDES(write_mu_, mu_);
  Status encode_series(HeadSeries& series, std::vector<EncodedChunk>& out) const;
  Status insert_chunks(const std::vector<EncodedChunk>& chunks) REQUIRES(write_mu_);
  Status update_series_row(int64_t ref, const StoredRange& range) REQUIRES(write_mu_);
  void drop_frozen() REQUIRES(maintenance_mu_, write_mu_, mu_);

  // retention
  struct Expired {
    std::vector<int64_t> ids;
    std::vector<std::pair<int64_t, int64_t>> refs;  // ref and number of samples of each chunk
    uint64_t bytes = 0;
  };
  Status retain_by_age(TimestampMs now) REQUIRES(maintenance_mu_);
  Status retain_by_size() REQUIRES(maintenance_mu_);
  Result<Expired> oldest(TimestampMs before, uint64_t bytes) REQUIRES(write_mu_);
  Status delete_chunks(const Expired& expired) REQUIRES(maintenance_mu_, write_mu_);
  Status delete_empty_series() REQUIRES(maintenance_mu_);
  void compact_index() REQUIRES(maintenance_mu_) EXCLUDES(write_mu_, mu_);
  Status give_back_pages() REQUIRES(maintenance_mu_);
  Result<uint64_t> used_bytes() REQUIRES(write_mu_);

  void run(const std::stop_token& stop);

  const SqliteOptions options_;
  const std::filesystem::path file_;
  const LockFile lock_;
  const std::string instance_id_;

  Mutex maintenance_mu_;
  std::vector<HeadSeries*> frozen_ GUARDED_BY(maintenance_mu_);  // those whose `frozen` is set
  int64_t frozen_upto_ GUARDED_BY(maintenance_mu_) = 0;          // the last journal row they cover
  uint64_t frozen_rows_ GUARDED_BY(maintenance_mu_) = 0;
  uint64_t frozen_bytes_ GUARDED_BY(maintenance_mu_) = 0;

  Mutex write_mu_;
  Writer writer_ GUARDED_BY(write_mu_);
  Admission admission_ GUARDED_BY(write_mu_);
  JournalWriter journal_ GUARDED_BY(write_mu_);
  int64_t next_seq_ GUARDED_BY(write_mu_) = 1;
  int64_t next_ref_ GUARDED_BY(write_mu_) = 1;
  uint64_t row_bytes_ GUARDED_BY(write_mu_) = 0;  // of the row just written

  mutable Mutex mu_;
  Head head_ GUARDED_BY(mu_);
  StoreStats counters_ GUARDED_BY(mu_);
  uint64_t journal_bytes_ GUARDED_BY(mu_) = 0;
  uint32_t longest_ GUARDED_BY(mu_) = 0;  // samples of the series with the most in memory
  std::optional<Monotonic::time_point> oldest_row_ GUARDED_BY(mu_);
  mutable std::optional<Error> trouble_ GUARDED_BY(mu_);
  std::shared_ptr<SealNode> newest_seal_ GUARDED_BY(mu_) = std::make_shared<SealNode>();

  mutable ReaderPool readers_;

  mutable Mutex wake_mu_;
  CondVar wake_;
  bool due_ GUARDED_BY(wake_mu_) = false;
  std::jthread worker_;  // last: stops before anything it uses goes away
};

}  // namespace oreum::storage
