// Spool: a small store on the local disk that takes what cannot go to the database now, and gives it back in order.
// docs/decisions/0016-spool.md.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "storage/engine/options.h"
#include "storage/migratable.h"
#include "storage/store.h"

namespace oreum::storage {

/// Thread-safe but for next() and taken(), which are one thread's. Its folder goes with it once it is emptied.
class Spool {
 public:
  /// Makes it, or goes on with what is in the folder. kUnavailable: another program has it.
  static Result<std::shared_ptr<Spool>> open(EngineOptions options, const std::filesystem::path& folder);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  Store& store() const { return *store_; }
  Result<AppendResult> append(const model::Batch& batch, Durability durability);

  /// What was appended after all that is taken: the next rows, oldest first. False when there is nothing.
  Result<bool> next(model::Batch& batch);
  /// What next() gave last need not stay any longer. Told to the disk now and then only: a kill brings some of it back.
  Status taken(const model::Batch& batch);
  /// Rows that are not taken.
  int64_t rows() const;
  /// About; after a start those that were taken last count once more.
  uint64_t samples() const { return samples_; }
  /// Of the samples that wait, about: free pages are used again.
  uint64_t bytes() const;
  /// Everything is taken: the folder is not needed any more.
  void let_go() { emptied_ = true; }

 private:
  Spool(std::unique_ptr<Store> store, std::filesystem::path folder)
      : store_(std::move(store)), folder_(std::move(folder)) {}

  std::unique_ptr<Store> store_;
  const std::filesystem::path folder_;
  std::unique_ptr<MoveReader> reader_;
  std::atomic<int64_t> position_{0};  // of the last row that is taken
  int64_t given_ = 0;                 // of the last row that next() gave
  int64_t released_ = 0;              // on the disk
  std::atomic<uint64_t> samples_{0};
  std::atomic<bool> emptied_{false};
};

}  // namespace oreum::storage
