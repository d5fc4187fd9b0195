// Store: what every storage engine is. The guarantees here are what migrations build on; see DESIGN.md §3–4.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/sample.h"
#include "storage/cardinality.h"
#include "storage/queryable.h"
#include "storage/summary.h"

namespace oreum::storage {

/// A sample that was refused because the store holds other bits at its series and time.
struct Conflict {
  std::string series;  // as text
  TimestampMs t;
  double stored = 0;
  double sent = 0;
};

class Migratable;

/// What became of a batch. added + duplicates + conflict_count + too_old + rejected = its size.
struct AppendResult {
  uint64_t added = 0;
  uint64_t duplicates = 0;  // the same bits were there: a no-op
  uint64_t conflict_count = 0;
  uint64_t too_old = 0;             // before the retention's horizon
  uint64_t rejected = 0;            // would exceed a limit of series
  std::vector<Conflict> conflicts;  // the first few
  std::string first_rejected;       // why, for a person
};

/// What an append has survived when it returns.
enum class Durability {
  kPowerLoss,  // synced to the disk: what was acknowledged to somebody
  kKill,       // written: safe from kill -9 at once, from a power loss with the next synced append
};  // A duplicate is as durable as the sample that was there.

struct DeleteResult {
  uint64_t series = 0;   // that matched
  uint64_t samples = 0;  // that are gone
};

struct StoreStats {
  uint64_t series = 0;
  uint64_t samples = 0;         // in head and packs, rollups not counted
  uint64_t rollup_samples = 0;  // buckets in rollups, a minute or an hour of a series each
  uint64_t head_samples = 0;
  uint64_t packs = 0;  // of chunks, see docs/decisions/0008-packs.md
  uint64_t journal_rows = 0;
  uint64_t disk_bytes = 0;  // everything: tables, indexes, journal, free pages
  uint64_t conflicts = 0;   // since the start
  uint64_t appended = 0;    // since the start
  uint64_t duplicates = 0;  // since the start
  uint64_t rejected = 0;    // since the start, because of a limit
  uint64_t seals = 0;
  uint64_t compactions = 0;
  uint64_t rolled_days = 0;      // days of which rollups were made, since the start
  uint64_t deleted_samples = 0;  // by retention, since the start
  bool leads = true;             // whether it is this process that seals, compacts and deletes
  uint64_t others = 0;           // other processes that have the store open, as last counted
  uint64_t foreign_samples = 0;  // taken in from other processes, since the start
  uint64_t catch_ups = 0;        // appends that others were faster than, decided again, since the start
  uint64_t take_overs = 0;       // since the start
  TimestampMs t_min = TimestampMs::max();
  TimestampMs t_max = TimestampMs::min();
};

/// Of a store whose database may be away: what waits on the local disk meanwhile.
struct SpoolStats {
  bool active = false;   // appends go there now
  uint64_t samples = 0;  // that wait, about
  uint64_t bytes = 0;    // … on disk
  uint64_t limit = 0;    // of bytes; 0: nothing is spooled
  uint64_t spooled = 0;  // since the start
  uint64_t drained = 0;  // since the start: are in the database now
  uint64_t refused = 0;  // since the start: by the database, when it was back
  std::string problem;   // why they wait; empty: they are under way
};

struct Retention {
  static constexpr milliseconds kNone{-1};   // for rollups: none are made, and those there are go
  milliseconds age{30LL * 86'400'000};       // of raw samples; 0 keeps all
  uint64_t bytes = 2'000'000'000;            // of all; 0 keeps all
  milliseconds minutes{365LL * 86'400'000};  // of rollups of 1 m; 0 keeps all
  milliseconds hours{1825LL * 86'400'000};   // of rollups of 1 h; 0 keeps all
};

/// Thread-safe: any thread appends and reads; appends are ordered by the store.
class Store : public Queryable {
 public:
  /// Returns after the batch is as durable as asked, or with an error and nothing of it kept.
  /// kResourceExhausted: the disk is full. kUnavailable: try again; the batch may or may not have been kept, and
  /// sending it again is safe, because the same bits are a no-op.
  virtual Result<AppendResult> append(const model::Batch& batch, Durability durability) = 0;
  Result<AppendResult> append(const model::Batch& batch) { return append(batch, Durability::kPowerLoss); }

  /// Writes the open chunks out and frees the journal. Called by the store itself when due; tests call it.
  virtual Status seal() = 0;
  /// Puts small and overlapping packs together until all is in order. The store calls it itself when due.
  virtual Status compact() = 0;
  /// Makes the rollups of all days that are over at `now`, where they are missing or of other samples than there are.
  /// The store calls it itself when due. Nothing in a store without rollups.
  virtual Status roll_up(TimestampMs /*now*/) { return {}; }
  /// Deletes what is past the retention, oldest first, and gives disk back. The store calls it itself when due.
  virtual Status apply_retention(TimestampMs now) = 0;

  /// Deletes the samples of the series that match all of the matchers in t_min ≤ t ≤ t_max, and series that have none
  /// left, for good. What is appended meanwhile may stay. Audited under `reason`. Appends and queries go on; a query
  /// that began before may still see them. When it fails part may be gone: it can be called again.
  virtual Result<DeleteResult> delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                              TimestampMs t_max, const std::string& reason) = 0;

  /// Takes in what other processes have written to the store; nothing where it is open in one alone. The store calls
  /// it itself, often.
  virtual Status refresh() { return {}; }

  virtual StoreStats stats() const = 0;
  /// Where the series come from; the first `limit` of each list.
  virtual Cardinality cardinality(size_t limit) const = 0;
  /// Writes everything the store holds at one moment to a new file, and syncs it, while appends go on. With an error
  /// what is there of the file is worth nothing.
  virtual Status copy_to(const std::filesystem::path& /*file*/, const CopyProgress& /*progress*/) {
    return Error(Code::kUnimplemented, "this store makes no copies of itself");
  }
  /// Whether all that was acknowledged is in the store itself. kUnavailable: some is still on its way there.
  virtual Status settle() { return {}; }
  /// None: nothing is ever on its way.
  virtual std::optional<SpoolStats> spool() const { return std::nullopt; }
  /// What is on its way goes to another store, which lives as long as this one; null: here, as before.
  virtual void redirect_spool(const std::shared_ptr<Store>& /*to*/) {}
  /// What an earlier program has left on its way to another store, of that instance, comes here.
  virtual Status adopt_spool(const std::string& /*instance*/) { return {}; }
  /// Whether it can take writes now; the error says why not.
  virtual Status healthy() const = 0;
  /// 128 random bits as text, made with the store, kept for ever.
  virtual const std::string& instance_id() const = 0;
  /// "sqlite", for people.
  virtual std::string describe() const = 0;
  /// What migrations need of it (storage/migratable.h), as long as the store; null when it cannot be migrated.
  virtual Migratable* migratable() { return nullptr; }
};

}  // namespace oreum::storage
