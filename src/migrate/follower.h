// Follower: brings one store to where another is, by its units and then by its journal, and remembers how far it is in
// the same transactions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "migrate/record.h"
#include "storage/migratable.h"
#include "storage/store.h"

namespace oreum::migrate {

/// Not thread-safe. The stores outlive it.
class Follower {
 public:
  /// Goes on where the records say; a record of another migration is none. kFailedPrecondition: `from` is older than
  /// what is in `to`.
  static Result<Follower> open(storage::Store& from, storage::Store& to, std::string id);

  /// Holds the source's journal, if it is not held, and notes where. `records` are the source's, put with it.
  Status capture(std::span<const storage::Record> records);
  Status copy_series();
  /// Copies about so many bytes of units; false when all are there.
  Result<bool> copy_some(uint64_t bytes);
  Status copy_extras();
  /// The audit log alone: what one store has rolled up since the copy, the other has yet to.
  Status copy_audit();
  /// Plays one batch of the journal; false when there was none.
  Result<bool> follow_some();
  /// Plays the journal until `position`, and no row after it.
  Status follow_to(int64_t position);
  /// Rows that are to be played, and those that were since it was opened.
  int64_t lag() const { return from_->position() - at_.journal; }
  /// Lets the source free the rows that are played.
  Status release();
  /// The conflicts there were are settled: the stores were compared since.
  Status forget_conflicts();

  const Stream& at() const { return at_; }
  uint64_t all_units() const { return units_.size(); }
  uint64_t all_bytes() const { return all_bytes_; }
  uint64_t all_samples() const { return all_samples_; }
  /// What the next of copy_some() takes.
  Status load_units();

 private:
  Result<bool> follow_some(int64_t upto);
  Follower(storage::Migratable& from, storage::Migratable& to) : from_(&from), to_(&to) {}
  static storage::Record record(const Stream& stream);

  storage::Migratable* from_;
  storage::Migratable* to_;
  Stream at_;
  std::unique_ptr<storage::MoveReader> reader_;
  model::Batch batch_;
  bool units_loaded_ = false;
  std::vector<storage::PackPtr> units_;
  size_t next_unit_ = 0;
  uint64_t all_bytes_ = 0;
  uint64_t all_samples_ = 0;
};

}  // namespace oreum::migrate
