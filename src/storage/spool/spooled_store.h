// SpooledStore: a store in a database that may be away; meanwhile a bounded spool on the local disk takes what comes,
// and gives it to the database, in order, when it is back. docs/decisions/0016-spool.md.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "storage/engine/options.h"
#include "storage/spool/spool.h"
#include "storage/store.h"

namespace oreum::storage {

struct SpoolOptions {
  EngineOptions engine;          // as the store's; the folder is not looked at
  std::filesystem::path folder;  // made when it is needed; beside it are those of other stores, by their instance ids
  uint64_t bytes = 0;            // the most that waits; 0: nothing is spooled, but what is there goes on to the store
};

/// Thread-safe.
class SpooledStore final : public Store {
 public:
  /// Takes the store over, and goes on with what an earlier program has left in the folder.
  static Result<std::unique_ptr<Store>> open(std::unique_ptr<Store> inner, SpoolOptions options);
  ~SpooledStore() override;

  using Store::append;
  /// While the database is away, or something still waits for it: what the spool makes of it. Samples that the database
  /// refuses later are counted and logged.
  Result<AppendResult> append(const model::Batch& batch, Durability durability) override EXCLUDES(mode_mu_, mu_);
  Result<std::unique_ptr<Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override EXCLUDES(mu_);
  /// kUnavailable while something is in the spool: it would come back.
  Result<DeleteResult> delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min, TimestampMs t_max,
                                      const std::string& reason) override EXCLUDES(mu_);
  Status settle() override EXCLUDES(mu_);
  void redirect_spool(const std::shared_ptr<Store>& to) override EXCLUDES(mu_);
  Status adopt_spool(const std::string& instance) override EXCLUDES(mode_mu_, mu_);
  Status healthy() const override EXCLUDES(mu_);
  std::optional<SpoolStats> spool() const override EXCLUDES(mu_);

  Status refresh() override { return inner_->refresh(); }
  Status seal() override { return inner_->seal(); }
  Status compact() override { return inner_->compact(); }
  Status roll_up(TimestampMs now) override { return inner_->roll_up(now); }
  Status apply_retention(TimestampMs now) override { return inner_->apply_retention(now); }
  StoreStats stats() const override { return inner_->stats(); }
  Cardinality cardinality(size_t limit) const override { return inner_->cardinality(limit); }
  Status copy_to(const std::filesystem::path& file, const CopyProgress& progress) override {
    return inner_->copy_to(file, progress);
  }
  const std::string& instance_id() const override { return inner_->instance_id(); }
  std::string describe() const override { return inner_->describe(); }
  Migratable* migratable() override { return inner_->migratable(); }

 private:
  SpooledStore(std::unique_ptr<Store> inner, SpoolOptions options);
  /// What is in a folder, oldest first.
  Result<std::vector<std::shared_ptr<Spool>>> take_up(const std::filesystem::path& folder, uint64_t& highest) const;
  std::shared_ptr<Spool> newest() const EXCLUDES(mu_);
  Status begin(const Error& away) REQUIRES(mode_mu_) EXCLUDES(mu_);
  Result<AppendResult> put(const model::Batch& batch, Durability durability) REQUIRES_SHARED(mode_mu_) EXCLUDES(mu_);

  // The drainer's.
  void run(const std::stop_token& stop);
  /// Until nothing is left; the error says why it stopped.
  Status drain(const std::stop_token& stop) EXCLUDES(mode_mu_, mu_);
  Result<bool> drain_some(Spool& spool) EXCLUDES(mu_);
  void account(const AppendResult& result) EXCLUDES(mu_);
  void wait(milliseconds time, const std::stop_token& stop) EXCLUDES(mu_);

  const std::unique_ptr<Store> inner_;
  const SpoolOptions options_;
  model::Batch batch_;  // the drainer's

  // Held shared by whoever appends, and alone by whoever changes where appends go. Taken before mu_.
  SharedMutex mode_mu_;
  mutable Mutex mu_;
  CondVar wake_;
  std::deque<std::shared_ptr<Spool>> spools_ GUARDED_BY(mu_);  // oldest first; none: appends go to the store itself
  std::shared_ptr<Store> redirected_ GUARDED_BY(mu_);          // they go there
  std::optional<Error> problem_ GUARDED_BY(mu_);               // why the oldest one is not given to the store
  SpoolStats stats_ GUARDED_BY(mu_);
  uint64_t next_folder_ GUARDED_BY(mu_) = 1;
  std::jthread drainer_;
};

}  // namespace oreum::storage
