// What a store offers to migrations: it can be read as units and journal rows that stay as long as they are needed, and
// written together with the position that says how far. docs/decisions/0014-migration.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/sample.h"
#include "storage/catalog.h"
#include "storage/store.h"

namespace oreum::storage {

/// A small text that a store keeps by name, durable. No value: the record goes.
struct Record {
  std::string name;
  std::optional<std::string> value;
};

// Records that the store itself obeys; all others are its user's.
/// Decimal position: rows of the journal after it stay when a seal would free them; samples cannot be deleted.
inline constexpr std::string_view kRecordHold = "hold";
/// While it is there, packs are neither put together nor rolled up nor deleted.
inline constexpr std::string_view kRecordPaused = "paused";
/// While it is there, append() answers kFailedPrecondition with this text. apply() goes on.
inline constexpr std::string_view kRecordRetired = "retired";
/// Ids of the packs that there were when hold() was called, with commas.
inline constexpr std::string_view kRecordUnits = "units";

using SeriesPtr = std::shared_ptr<const model::Series>;

/// A pack with its series by ordinal. Its bytes are the same in every store.
struct Unit {
  PackMeta meta;  // the id and refs of the store it was read from
  std::string bytes;
  std::vector<SeriesPtr> series;
};

struct AuditRow {
  TimestampMs t;
  std::string action;
  std::string detail;
  auto operator<=>(const AuditRow&) const = default;
};

/// What a store holds beside samples.
struct Extras {
  std::vector<AuditRow> audit;
  Catalog::Days rolled;
};

/// Of one UTC day, in the rollups of one resolution.
struct RolledDay {
  Rolled known;
  uint64_t digest = 0;  // of the rows, read back; as pack_digest(), however they are cut into packs
  friend bool operator==(const RolledDay&, const RolledDay&) = default;
};

/// A window of rollups at one moment.
struct RolledWindow {
  std::map<int64_t, RolledDay> days;  // of which something is known or there
  std::vector<PackPtr> packs;
  std::vector<std::string> damage;  // why packs cannot be read; what they held is not in `days`
};

/// Reads what a migration moves. Not thread-safe; must not outlive the store.
class MoveReader {
 public:
  virtual ~MoveReader() = default;
  /// Replaces `batch` by the samples of the rows of the journal after `position`, until there are `most` or more; sets
  /// `position` to that of the last row. Rows after `upto` are left. False when there was none. The batch is good until
  /// the next call.
  virtual Result<bool> read_journal(int64_t& position, int64_t upto, size_t most, model::Batch& batch) = 0;
  /// The units of hold(), ids rising. kDataLoss when one has gone.
  virtual Result<std::vector<PackPtr>> units() = 0;
  virtual Result<Unit> read_unit(const PackPtr& unit) = 0;
};

/// What a select gave, and the position it is of: the samples of all rows up to that one, and of no other.
struct Positioned {
  std::unique_ptr<SeriesSet> set;  // must not outlive the store
  int64_t position = 0;
};

/// Thread-safe. What writes commits in one transaction, synced, or not at all.
class Migratable {
 public:
  virtual ~Migratable() = default;

  // Records
  virtual Result<std::optional<std::string>> record(std::string_view name) = 0;
  Status put_records(std::span<const Record> records) { return put_records(records, std::nullopt); }
  /// … only if that is the position; else kUnavailable. Other processes may append at any time.
  virtual Status put_records(std::span<const Record> records, std::optional<int64_t> only_at) = 0;

  /// Whether this process may migrate the store: of several that have it open, one. kFailedPrecondition says which, or
  /// that the store is retired.
  virtual Status check_lead() { return {}; }
  /// While held, appends of other processes wait. Ends with the connection to the database, too: what then comes is
  /// told by put_records().
  virtual Status hold_others(bool /*held*/) { return {}; }

  /// Whether kRecordRetired is there, as far as this process knows.
  virtual bool retired() const = 0;

  // Read, by position
  /// Of the newest row of the journal; every sample appended so far is at or before it.
  virtual int64_t position() const = 0;
  /// As Querier::select() over t_min ≤ t ≤ t_max. Appends wait while series are matched, not while samples are read.
  virtual Result<Positioned> select_at(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                       TimestampMs t_max) = 0;
  /// From the position that is answered on, rows of the journal stay, and the packs there are now are the units; what
  /// is not in them is after that position. Packs stay as they are until kRecordPaused is taken away. `records` are put
  /// with it. Again: the same position, and nothing changes but the records.
  virtual Result<int64_t> hold(std::span<const Record> records) = 0;
  /// Rows up to `position` need not stay any longer. Does nothing without a hold.
  virtual Status release_journal(int64_t position) = 0;
  virtual std::unique_ptr<MoveReader> move_reader() = 0;
  /// All series there are, as they were numbered.
  virtual std::vector<SeriesPtr> series() const = 0;
  virtual Result<Extras> extras() = 0;

  // Write, together with records
  /// Numbers series that are not there yet, in this order.
  virtual Status put_series(std::span<const SeriesPtr> series, std::span<const Record> records) = 0;
  /// Packs of a store with the same series; none of their samples may be here already.
  virtual Status put_units(std::span<const Unit> units, std::span<const Record> records) = 0;
  /// As append(), also of what is older than the retention, above limits, or in a retired store. `records` is asked
  /// once it is known what becomes of the batch, and must not call the store.
  using RecordsOf = std::function<std::vector<Record>(const AppendResult&)>;
  virtual Result<AppendResult> apply(const model::Batch& batch, const RecordsOf& records) = 0;
  /// Rows that are there already stay as they are.
  virtual Status put_extras(const Extras& extras, std::span<const Record> records) = 0;

  // Look and repair
  /// The days (see window_of) of which there are raw packs, and the samples in those packs.
  virtual std::map<int64_t, uint64_t> packed_days() const = 0;
  /// Deletes the raw samples of one series in t_min ≤ t ≤ t_max, also while paused. Rollups stay as they are.
  virtual Status erase(model::SeriesId series, TimestampMs t_min, TimestampMs t_max) = 0;
  /// Drops raw packs in the range that can no longer be read; how many.
  virtual Result<uint64_t> drop_damaged(TimestampMs t_min, TimestampMs t_max) = 0;
  /// The windows of which there are rollups.
  virtual std::set<int64_t> rolled_windows(Resolution resolution) const = 0;
  virtual Result<RolledWindow> read_rolled(Resolution resolution, int64_t window) = 0;
  /// Puts the rows of these days, taken from units of the same window, in the place of those that are here, together
  /// with what is known of the days; rows of other days stay. Packs that cannot be read go: where the raw samples of
  /// their days are, the store makes them again.
  using NextUnit = std::function<Result<std::optional<Unit>>()>;
  virtual Status replace_rolled(Resolution resolution, int64_t window, const Catalog::Days& days,
                                const NextUnit& next) = 0;
};

}  // namespace oreum::storage
