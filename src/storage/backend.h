// Backend: the few things the engine (storage/engine) asks of a database. One for each kind of database; what a store
// does with its rows is the engine's alone. docs/decisions/0013-one-engine.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/catalog.h"
#include "storage/sharing.h"
#include "storage/store.h"
#include "storage/summary.h"

namespace oreum::storage {

/// Key of meta: the highest seq that a seal freed; new rows are numbered above it.
inline constexpr std::string_view kJournalFloor = "journal_floor";

/// The tables are those of docs/formats/sqlite-schema.md: meta, series, pack, pack_data, rolled, audit, journal.
///
/// Thread rule: one thread at a time (the engine's write lock), except where "any thread" is said.
/// Errors: kUnavailable when the database is away for now, kResourceExhausted when it is full, kDataLoss when it is
/// damaged.
class Backend {
 public:
  virtual ~Backend() = default;

  /// Where the bytes of a pack are: some databases keep each window apart.
  struct PackKey {
    int64_t id = 0;
    Resolution resolution = Resolution::kRaw;
    int64_t window = 0;
    static PackKey of(const PackMeta& pack) {
      return {pack.id, pack.resolution, window_of(pack.resolution, pack.t_min)};
    }
  };

  /// A short transaction: undone unless committed. What is wrong with a statement may come to light with the commit
  /// only. One at a time.
  class Transaction {
   public:
    virtual ~Transaction() = default;

    // Of a store that is shared; the first call of a transaction.
    /// The leader's, where others must learn of the change: none of their appends is under way from here to the end,
    /// and those that were are visible to what follows. The generation becomes `to`.
    virtual Status raise_generation(int64_t /*to*/) { return {}; }
    /// A follower's: when the generation is another than this one, insert_journal() or commit() answers kConflict.
    virtual Status require_generation(int64_t /*generation*/) { return {}; }
    /// kConflict when the journal's newest row is another than this one. After raise_generation().
    virtual Status require_last(int64_t /*seq*/) { return {}; }

    /// kConflict, at the latest from commit(): the row is there already.
    virtual Status insert_journal(int64_t seq, std::string_view row) = 0;
    virtual Status delete_journal(int64_t upto) = 0;
    virtual Status set_meta(std::string_view key, std::string_view value) = 0;
    /// Blocks are told by the first ref in them, see docs/formats/series-block.md.
    virtual Result<std::string> read_series_block(int64_t first) = 0;
    virtual Status insert_series_block(int64_t first, std::string_view data) = 0;
    virtual Status erase_series_block(int64_t first) = 0;
    virtual Status insert_pack(const PackMeta& meta) = 0;
    virtual Status erase_pack(int64_t id) = 0;
    /// The bytes of a pack that is in the catalog later, or never.
    virtual Status insert_pack_data(const PackMeta& meta, std::string_view bytes) = 0;
    /// Does nothing for what the catalog has.
    virtual Status erase_pack_data(std::span<const PackKey> packs) = 0;
    virtual Status set_rolled(int64_t day, const Rolled& rolled) = 0;
    virtual Status erase_rolled(int64_t day) = 0;
    virtual Status insert_audit(TimestampMs t, std::string_view action, std::string_view detail) = 0;
    /// With kUnavailable it may have been kept all the same, where the database is a server.
    virtual Status commit() = 0;
  };
  /// kUnavailable when the connection to the database is gone; recover() makes another.
  virtual Result<std::unique_ptr<Transaction>> begin(Durability durability) = 0;
  /// Whether it was opened while its database was away: then nothing but recover() may be called before that has
  /// answered true, any thread's calls and instance_id() excepted.
  virtual bool away() const { return false; }
  /// Connects again where the connection was lost. True when it did: what the last transactions did is to be read back.
  virtual Result<bool> recover() { return false; }

  // What is there, for the start.
  using Row = std::function<Status(int64_t key, std::string_view bytes)>;
  virtual Result<std::string> meta(std::string_view key) = 0;
  /// Calls row(first, data) for each block of series, rising.
  virtual Status load_series(const Row& row) = 0;
  virtual Result<std::vector<PackPtr>> load_packs() = 0;
  virtual Result<Catalog::Days> load_rolled() = 0;
  /// Calls row(t, action, detail) for each row of the audit, in order.
  using AuditRow = std::function<Status(TimestampMs t, std::string_view action, std::string_view detail)>;
  virtual Status load_audit(const AuditRow& row) = 0;
  /// Calls row(seq, data) for each row after `after`, rising.
  virtual Status load_journal(int64_t after, const Row& row) = 0;
  /// The highest id that a pack has, in the catalog or not.
  virtual Result<int64_t> last_pack() = 0;
  /// Bytes with ids below `before` that the catalog does not have: what a crash left behind.
  virtual Result<std::vector<PackKey>> orphans(int64_t before) = 0;
  /// How many packs' bytes are erased in one transaction.
  virtual size_t erased_at_once() const = 0;

  /// The bytes of a pack; kDataLoss when they are missing. Any thread.
  virtual Result<std::string> read_pack(const PackMeta& meta) = 0;

  /// Everything on the disk, free room too. Any thread.
  virtual uint64_t disk_bytes() const = 0;
  /// … without free room.
  virtual Result<uint64_t> used_bytes() = 0;
  /// Gives some free room back to the disk; false when it is not worth it, or, with `all`, when there is none.
  virtual Result<bool> give_back_some(bool all) = 0;
  /// Moves what was written lately to where it is kept, when it is long or (all) in any case. True when it should be
  /// ended, too. Any thread.
  virtual Result<bool> checkpoint(bool /*all*/) { return false; }
  virtual Status end_log() { return {}; }

  /// A copy of everything in a new file.
  class Copy {
   public:
    virtual ~Copy() = default;
    /// Fixes what is copied; the engine takes its catalog at the same moment. Not only begun: under the write lock.
    virtual Status pin() = 0;
    /// The rest, in any thread; `packs` are those of the catalog, and their bytes stay.
    virtual Status run(std::span<const PackPtr> packs, const CopyProgress& progress) = 0;
  };
  virtual Result<std::unique_ptr<Copy>> start_copy(const std::filesystem::path& /*file*/) {
    return Error(Code::kUnimplemented,
                 "this store makes no copies of itself: back it up with its server's own tools (pg_dump)");
  }

  /// Null when one process alone has the store open; then nothing of Sharing is asked. The same at every call.
  virtual Sharing* sharing() { return nullptr; }

  virtual const std::string& instance_id() const = 0;
  /// "sqlite", for people.
  virtual std::string describe() const = 0;
  /// kDataLoss with what to do about it. Any thread.
  virtual Error damaged(std::string_view what) const = 0;
};

}  // namespace oreum::storage
