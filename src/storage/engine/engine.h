// The store itself, over the rows of any database (storage/backend.h). Append, seal, compaction, retention and reading
// each have a file.
//
// Locks, in the order they are taken:
//   compact_mu_  one of compaction, rollups, retention and deletion at a time: whoever takes packs away
//   seal_mu_     one seal at a time
//   write_mu_    the database, to write; batches are ordered by it; held over commits
//   mu_          head, catalog and counters; held for microseconds, never over I/O
// Head and catalog change only under both write_mu_ and mu_, so either is enough to read them. Packs are encoded and
// their bytes written before anything is locked for long: appends wait for a short commit only.
//
// Where several processes have the store open (storage/sharing.h), each has an engine, which is a replica of what the
// database says: the journal is the log they all follow, and the catalog, the series and the records are what the
// leader's engine alone changes, each time with a new generation. docs/decisions/0015-several-writers.md.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "storage/admission.h"
#include "storage/backend.h"
#include "storage/catalog.h"
#include "storage/compaction.h"
#include "storage/engine/options.h"
#include "storage/engine/series_blocks.h"
#include "storage/head.h"
#include "storage/journal.h"
#include "storage/migratable.h"
#include "storage/pack_cache.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

class Engine final : public Store, public Migratable {
 public:
  /// Loads what the database holds and replays its journal. kDataLoss: damaged, says how to restore.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options, std::unique_ptr<Backend> backend);
  ~Engine() override;

  using Store::append;
  Result<AppendResult> append(const model::Batch& batch, Durability durability) override;
  Status seal() override;
  Status compact() override;
  Status roll_up(TimestampMs now) override;
  Status apply_retention(TimestampMs now) override;
  Result<DeleteResult> delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min, TimestampMs t_max,
                                      const std::string& reason) override;
  Status copy_to(const std::filesystem::path& file, const CopyProgress& progress) override;
  Status refresh() override;
  StoreStats stats() const override;
  Cardinality cardinality(size_t limit) const override { return index().cardinality(limit); }
  Status healthy() const override;
  const std::string& instance_id() const override { return backend_->instance_id(); }
  std::string describe() const override { return backend_->describe(); }
  Result<std::unique_ptr<Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override;

  // Migratable; see migration.cpp, unit_target.cpp and rolled_days.cpp.
  Migratable* migratable() override { return this; }
  Result<std::optional<std::string>> record(std::string_view name) override;
  Status put_records(std::span<const Record> records, std::optional<int64_t> only_at) override;
  using Migratable::put_records;
  Status check_lead() override;
  Status hold_others(bool held) override;
  bool retired() const override { return is_retired_; }
  int64_t position() const override;
  Result<Positioned> select_at(std::span<const model::Matcher> matchers, TimestampMs t_min, TimestampMs t_max) override;
  Result<int64_t> hold(std::span<const Record> records) override;
  Status release_journal(int64_t position) override;
  std::unique_ptr<MoveReader> move_reader() override;
  std::vector<SeriesPtr> series() const override;
  Result<Extras> extras() override;
  Status put_series(std::span<const SeriesPtr> series, std::span<const Record> records) override;
  Status put_units(std::span<const Unit> units, std::span<const Record> records) override;
  Result<AppendResult> apply(const model::Batch& batch, const RecordsOf& records) override;
  Status put_extras(const Extras& extras, std::span<const Record> records) override;
  std::map<int64_t, uint64_t> packed_days() const override;
  Status erase(model::SeriesId series, TimestampMs t_min, TimestampMs t_max) override;
  Result<uint64_t> drop_damaged(TimestampMs t_min, TimestampMs t_max) override;
  std::set<int64_t> rolled_windows(Resolution resolution) const override;
  Result<RolledWindow> read_rolled(Resolution resolution, int64_t window) override;
  Status replace_rolled(Resolution resolution, int64_t window, const Catalog::Days& days,
                        const NextUnit& next) override;

  // For queriers.
  IndexView index() const EXCLUDES(mu_);
  /// Head and catalog at one moment.
  struct View {
    std::vector<HeadSnapshot> series;
    std::shared_ptr<const Catalog> catalog;
  };
  View view(const CompiledMatchers& matchers, TimestampMs t_min, TimestampMs t_max) const;
  /// kDataLoss when the pack is damaged.
  Result<std::shared_ptr<const encoding::Pack>> load_pack(const PackMeta& meta) const;
  /// kUnavailable when it is not in memory.
  Result<std::shared_ptr<const encoding::Pack>> cached_pack(const PackMeta& meta) const;
  /// The pack's bytes past the cache: for what reads each once, so that queries' packs stay in it.
  Result<std::shared_ptr<const encoding::Pack>> load_once(
      const PackMeta& meta, const std::shared_ptr<encoding::SharedTimes>& times = nullptr) const;
  /// What an error in it is about.
  static std::string where(const model::Series& series, const PackMeta& meta);

  // For move readers.
  /// Calls row(seq, data) for each row of the journal after `after`, until it answers false.
  Status read_journal(int64_t after, const std::function<Result<bool>(int64_t, std::string_view)>& row);
  Result<std::string> read_pack(const PackMeta& meta) const { return backend_->read_pack(meta); }
  std::shared_ptr<const Catalog> catalog() const EXCLUDES(mu_);

 private:
  /// Bytes to be freed once nobody has the pack.
  struct Garbage {
    Backend::PackKey key;
    std::weak_ptr<const PackMeta> used;
    Monotonic::time_point left;  // the catalog
  };
  /// A series' samples that are being sealed. Whoever seals has them without a lock; `head` only under the locks, and
  /// as long as the head was not rebuilt.
  struct Frozen {
    HeadSeries* head;
    int64_t ref;
    SeriesPtr series;
    std::shared_ptr<const OpenSamples> samples;
  };
  /// A row of the journal that somebody else wrote.
  struct ForeignRow {
    int64_t seq;
    size_t bytes;
    uint32_t sum;
    JournalRow row;
  };
  /// What reload() reads.
  struct Loaded;
  /// A change of the catalog.
  struct Swap {
    std::vector<PackPtr> gone, added;
    std::optional<int64_t> journal_upto;           // rows up to this one go with it
    std::string_view before_commit, after_commit;  // fault points
    Catalog::Days rolled{};                        // what is known of these days from then on
    uint64_t rebuilt = 0;                          // with journal_upto: the head it is of
  };

  Engine(const EngineOptions& options, std::unique_ptr<Backend> backend);

  Backend& db() REQUIRES(write_mu_) { return *backend_; }

  // open
  Status load();
  /// The database is away: what it holds is read when it is back.
  void start_without() EXCLUDES(write_mu_, mu_);
  Status load_series(std::vector<HeadSeries*>& by_ref) REQUIRES(write_mu_, mu_);
  Status load_packs(const std::vector<HeadSeries*>& by_ref) REQUIRES(write_mu_, mu_);
  Status replay(const std::vector<HeadSeries*>& by_ref) REQUIRES(write_mu_, mu_);
  Status decode_row(int64_t seq, std::string_view bytes, ForeignRow& row) const;
  /// `by_ref` holds all series by their refs. kNotFound when one is not there; then nothing of the row is added.
  Status replay_row(const std::vector<HeadSeries*>& by_ref, const ForeignRow& row) REQUIRES(write_mu_, mu_);

  // a database that was away, or that others write to: reload.cpp
  /// Before each use of the database: connects again, and reads back what became of the last transactions.
  Status ready() REQUIRES(write_mu_) EXCLUDES(mu_);
  /// Makes memory what the database says, in one step.
  Status reload() REQUIRES(write_mu_) EXCLUDES(mu_);
  Status read_all(Loaded& all) REQUIRES(write_mu_) EXCLUDES(mu_);
  Status show_all(Loaded& all) REQUIRES(write_mu_, mu_);
  Status check_position(int64_t floor, int64_t last) const REQUIRES(write_mu_);
  void empty_head() REQUIRES(write_mu_, mu_);
  void erase_series_but(const std::vector<encoding::NumberedLabels>& all) REQUIRES(write_mu_, mu_);
  Status add_series(const std::vector<encoding::NumberedLabels>& some) REQUIRES(write_mu_, mu_);
  void raise_last_t(std::span<const PackPtr> added) REQUIRES(write_mu_, mu_);
  void measure_times() REQUIRES(write_mu_, mu_);

  // several processes: sharing.cpp
  bool leads() const { return sharing_ == nullptr || leads_; }
  /// Takes in what others have written, and takes the lead when nobody has it.
  Status catch_up() REQUIRES(write_mu_) EXCLUDES(mu_);
  Status take_over() REQUIRES(write_mu_) EXCLUDES(mu_);
  Status play(const std::vector<ForeignRow>& rows) REQUIRES(write_mu_) EXCLUDES(mu_);
  const std::vector<HeadSeries*>& by_ref() REQUIRES(write_mu_, mu_);
  /// A retired store is led only by who changes it on purpose: the migration that retired it.
  Status let_others_lead() REQUIRES(write_mu_);
  bool is_left_to_me() const REQUIRES(write_mu_) { return retired_ && leads_ && wants_lead_; }
  Status ask_to_lead() REQUIRES(write_mu_) EXCLUDES(mu_);
  /// For what the leader alone does and somebody asked for: takes the lead when nobody has it. kFailedPrecondition:
  /// another process has it; says which.
  Status must_lead() REQUIRES(write_mu_) EXCLUDES(mu_);
  /// … and for what the store does by itself: whether it is to be done here.
  Result<bool> may_tidy_up() EXCLUDES(write_mu_, mu_);
  /// For the leader's transactions: tells the others that something else than the journal changes.
  Status raise(Backend::Transaction& transaction) REQUIRES(write_mu_) {
    return transaction.raise_generation(generation_ + 1);
  }
  void raised() REQUIRES(write_mu_) { ++generation_; }
  /// What an append of somebody else's made fail is taken in; it may be tried again.
  Status commit(std::unique_ptr<Backend::Transaction> transaction) REQUIRES(write_mu_) EXCLUDES(mu_);
  Status settled(Status status) REQUIRES(write_mu_) EXCLUDES(mu_);
  /// A decimal in table meta; 0 when there is none.
  Result<int64_t> number(std::string_view key) REQUIRES(write_mu_);
  void count_others() EXCLUDES(write_mu_, mu_);
  void wake_sealer() EXCLUDES(wake_mu_);
  void refresh_loop(const std::stop_token& stop);

  // append
  /// Waits for a seal that has fallen behind.
  Status help_sealing() EXCLUDES(write_mu_, mu_);
  /// Tries until nobody else was faster. `retired_too`: also in a retired store.
  Result<AppendResult> admit(const model::Batch& batch, const Admission::Limits& limits, Durability durability,
                             const RecordsOf& records, bool retired_too) REQUIRES(write_mu_);
  /// kConflict: somebody else has written meanwhile.
  Result<AppendResult> admit_once(const model::Batch& batch, Admission::Limits limits, Durability durability,
                                  const RecordsOf& records) REQUIRES(write_mu_);
  Status commit_batch(Durability durability, const RecordsOf& records) REQUIRES(write_mu_);
  void apply_batch() REQUIRES(write_mu_) EXCLUDES(mu_);
  Status read_stored(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max, Columns& out) REQUIRES(write_mu_);
  const Head& head_for_writer() const REQUIRES(write_mu_) NO_THREAD_SAFETY_ANALYSIS { return head_; }
  const Catalog& catalog_for_writer() const REQUIRES(write_mu_) NO_THREAD_SAFETY_ANALYSIS { return *catalog_; }
  bool seal_due() const REQUIRES(mu_);
  /// Remembers a failed write for healthy(), or that writing works again.
  Status note(Status status) const EXCLUDES(mu_);
  /// … where success says nothing about writing.
  Status note_failed(Status status) const EXCLUDES(mu_);

  // packs
  /// Writes the bytes of a pack that the catalog does not have yet.
  Result<PackPtr> write_bytes(NewPack pack) EXCLUDES(write_mu_, mu_);
  Status commit_swap(const Swap& swap) REQUIRES(write_mu_);
  void show_swap(const Swap& swap) REQUIRES(write_mu_, mu_);
  /// Bytes that no catalog will have.
  void discard(const std::vector<PackPtr>& packs) EXCLUDES(mu_);
  Status erase_bytes(std::span<const Backend::PackKey> packs) EXCLUDES(write_mu_, mu_);
  /// Frees bytes that no query of this process reads, nor (unless `now`) one of another process.
  Status collect_garbage(bool now = false) REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  Status find_orphans() EXCLUDES(write_mu_, mu_);
  /// What left the catalog after this may still be read by other processes.
  Result<Monotonic::time_point> free_before() EXCLUDES(write_mu_, mu_);
  /// Moves the write-ahead log into the database when it is long, or (all) in any case, and then ends it.
  Status checkpoint(bool all) EXCLUDES(write_mu_, mu_);

  // seal
  bool freeze() REQUIRES(seal_mu_) EXCLUDES(write_mu_, mu_);
  Status write_frozen() REQUIRES(seal_mu_) EXCLUDES(write_mu_, mu_);
  Status encode_frozen(std::vector<PackPtr>& packs) REQUIRES(seal_mu_) EXCLUDES(write_mu_, mu_);
  void drop_frozen() REQUIRES(seal_mu_, write_mu_, mu_);

  // compaction
  Status run_due_jobs(const std::stop_token& stop) EXCLUDES(compact_mu_);
  Status run_job(CompactionJob job) REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  Status rewrite(const CompactionJob& job, std::vector<PackPtr>& packs) REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  using IdsByRef = std::unordered_map<int64_t, model::SeriesId>;
  IdsByRef ids_of(std::span<const PackPtr> packs) const EXCLUDES(mu_);
  Status merge_series_blocks() EXCLUDES(write_mu_, mu_);

  // rollups
  milliseconds kept(Resolution r) const;
  bool rollups_wanted() const {
    return options_.retention.minutes != Retention::kNone || options_.retention.hours != Retention::kNone;
  }
  /// Bits of the resolutions whose buckets of the day are wanted.
  uint8_t wanted(int64_t day, TimestampMs now) const;
  Status roll_due_days(const std::stop_token& stop) EXCLUDES(compact_mu_);
  /// With `damage_too`, what is damaged is left out; else the day is left alone then.
  Status roll_day(int64_t day, TimestampMs now, bool damage_too, const std::stop_token& stop) REQUIRES(compact_mu_)
      EXCLUDES(write_mu_, mu_);
  /// Damage names the pack in `damaged`.
  Status make_rollups(const Catalog& before, const std::vector<PackPtr>& raw, int64_t day, uint8_t made,
                      const std::stop_token& stop, Swap& swap, int64_t& damaged) REQUIRES(compact_mu_)
      EXCLUDES(write_mu_, mu_);
  /// Before raw packs go: their days' rollups are of them.
  Status roll_before_drop(std::span<const PackPtr> packs) REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  /// What is known of the days of `gone`, which retention drops, afterwards.
  static Catalog::Days rolled_without(const Catalog& catalog, std::span<const PackPtr> gone);

  // deletion
  Status audit(std::string_view action, const std::string& detail) EXCLUDES(write_mu_, mu_);
  Status delete_from_packs(const std::unordered_set<int64_t>& refs, TimestampMs t_min, TimestampMs t_max,
                           bool rollups_too, DeleteResult& result) REQUIRES(compact_mu_);
  Status delete_from(PackPtr pack, const std::unordered_set<int64_t>& refs, TimestampMs t_min, TimestampMs t_max,
                     DeleteResult& result) REQUIRES(compact_mu_);

  // retention
  Status retain_by_age(TimestampMs now) REQUIRES(compact_mu_);
  Status retain_by_size() REQUIRES(compact_mu_);
  std::vector<PackPtr> to_free(uint64_t bytes) const EXCLUDES(mu_);
  Status drop_packs(std::vector<PackPtr> packs) REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  Status delete_empty_series() REQUIRES(compact_mu_);
  void compact_index() REQUIRES(compact_mu_) EXCLUDES(write_mu_, mu_);
  Status give_back_pages(bool all) REQUIRES(compact_mu_);

  // migrations
  /// Series that are not there yet, with numbers, in this order; unknown to all until add_created().
  struct Created {
    std::vector<std::unique_ptr<HeadSeries>> series;
    std::unordered_map<model::SeriesId, HeadSeries*> by_id;
  };
  HeadSeries* find_or_create(const SeriesPtr& series, Created& created) REQUIRES(write_mu_);
  Status write_created(Backend::Transaction& transaction, const Created& created) REQUIRES(write_mu_);
  void add_created(Created& created) REQUIRES(write_mu_, mu_);
  Status write_records(Backend::Transaction& transaction, std::span<const Record> records) REQUIRES(write_mu_);
  /// Does what written records say.
  void obey(std::span<const Record> records) REQUIRES(write_mu_);
  Result<std::vector<Record>> read_records() REQUIRES(write_mu_);
  /// The unit as packs of this store, without ids.
  Status renumber(const Unit& unit, Created& created, std::vector<NewPack>& packs) REQUIRES(write_mu_);
  /// … with these refs, by ordinal; with `keep`, only the rows of times for which it answers true.
  Status reencode(const Unit& unit, const std::vector<int64_t>& refs, const std::function<bool(int64_t)>& keep,
                  PackWriter::Sink sink);
  /// Reads a pack back. kDataLoss: it is damaged.
  Result<std::map<int64_t, uint64_t>> read_digests(const PackMeta& pack, const IdsByRef& by_ref) const;
  /// The refs of its series, which have numbers afterwards if they had none.
  Result<std::vector<int64_t>> number(const Unit& unit) EXCLUDES(write_mu_, mu_);
  Status rewrite_days(const std::vector<PackPtr>& own, const NextUnit& next, Swap& swap) REQUIRES(compact_mu_)
      EXCLUDES(write_mu_, mu_);
  Status not_deletable() REQUIRES(compact_mu_) EXCLUDES(write_mu_);

  /// The same, with what to do about it.
  Error damaged(const Error& error) const;
  void pause(const std::stop_token& stop, milliseconds length) EXCLUDES(wake_mu_);
  void seal_loop(const std::stop_token& stop);
  void maintenance_loop(const std::stop_token& stop);

  const EngineOptions options_;
  const std::unique_ptr<Backend> backend_;
  Sharing* const sharing_;               // null when this process alone has the store open
  std::atomic<bool> leads_{true};        // set under write_mu_
  std::atomic<bool> wants_lead_{false};  // something was asked for that the leader alone does

  Mutex compact_mu_;
  std::set<int64_t> damaged_ GUARDED_BY(compact_mu_);     // packs that compaction leaves alone
  std::set<int64_t> not_rolled_ GUARDED_BY(compact_mu_);  // days that have a damaged pack

  Mutex seal_mu_;
  std::vector<Frozen> frozen_ GUARDED_BY(seal_mu_);   // those whose `frozen` is set, by ref
  uint64_t frozen_rebuilt_ GUARDED_BY(seal_mu_) = 0;  // the head they are in
  int64_t frozen_upto_ GUARDED_BY(seal_mu_) = 0;      // the last journal row they cover
  uint64_t frozen_rows_ GUARDED_BY(seal_mu_) = 0;
  uint64_t frozen_bytes_ GUARDED_BY(seal_mu_) = 0;

  Mutex write_mu_;
  SeriesBlocks series_blocks_ GUARDED_BY(write_mu_);
  Admission admission_ GUARDED_BY(write_mu_);
  JournalWriter journal_ GUARDED_BY(write_mu_);
  int64_t next_seq_ GUARDED_BY(write_mu_) = 1;
  int64_t next_ref_ GUARDED_BY(write_mu_) = 1;
  int64_t next_pack_ GUARDED_BY(write_mu_) = 1;
  int64_t first_pack_ GUARDED_BY(write_mu_) = 1;           // of this run; lower ids without a row are orphans
  uint64_t row_bytes_ GUARDED_BY(write_mu_) = 0;           // of the row just written
  uint32_t row_sum_ GUARDED_BY(write_mu_) = 0;             // of the newest row in memory, see checksum_of_row()
  int64_t floor_ GUARDED_BY(write_mu_) = 0;                // the last row that a seal freed
  int64_t generation_ GUARDED_BY(write_mu_) = 0;           // of what is in memory, see storage/sharing.h
  uint64_t rebuilt_ GUARDED_BY(write_mu_) = 0;             // how often the head was emptied and filled again
  bool orphans_due_ GUARDED_BY(write_mu_) = true;          // bytes that an earlier run left are to be looked for
  std::vector<HeadSeries*> by_ref_ GUARDED_BY(write_mu_);  // all series, once it was needed; see by_ref()
  bool reload_due_ GUARDED_BY(write_mu_) = false;
  Monotonic::time_point next_count_ GUARDED_BY(write_mu_){};
  std::optional<int64_t> hold_ GUARDED_BY(write_mu_);         // rows after it stay all the same
  std::optional<std::string> retired_ GUARDED_BY(write_mu_);  // why nothing is appended any more
  std::atomic<bool> is_retired_{false};                       // the same, for any thread
  std::atomic<bool> paused_{false};                           // packs stay as they are; set under write_mu_

  mutable Mutex mu_;
  Head head_ GUARDED_BY(mu_);
  std::shared_ptr<const Catalog> catalog_ GUARDED_BY(mu_) = std::make_shared<const Catalog>();
  std::vector<Garbage> garbage_ GUARDED_BY(mu_);
  StoreStats counters_ GUARDED_BY(mu_);
  uint64_t journal_bytes_ GUARDED_BY(mu_) = 0;
  uint32_t longest_ GUARDED_BY(mu_) = 0;  // samples of the series with the most in memory
  std::optional<Monotonic::time_point> oldest_row_ GUARDED_BY(mu_);
  mutable std::optional<Error> trouble_ GUARDED_BY(mu_);

  mutable PackCache cache_;

  mutable Mutex wake_mu_;
  CondVar wake_;
  bool due_ GUARDED_BY(wake_mu_) = false;     // a seal is
  bool sealed_ GUARDED_BY(wake_mu_) = false;  // there may be something to put together
  // Last: they stop before anything they use goes away.
  std::jthread sealer_;
  std::jthread maintainer_;
  std::jthread refresher_;
};

}  // namespace oreum::storage
