// Router: the store that everybody else is given. It forwards to the store of record, and a switch changes which one
// that is: reads go on all the while, writes wait for a moment.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "migrate/compare.h"
#include "migrate/gate.h"
#include "storage/store.h"

namespace oreum::migrate {

/// A read that the store of record answered, to be asked of the other store, too.
struct CanaryRead {
  Range range;
  std::vector<model::Matcher> matchers;
};

/// Thread-safe. Stores that it has once forwarded to live as long as it does: queries may still read them.
class Router final : public storage::Store {
 public:
  explicit Router(std::shared_ptr<storage::Store> active);

  using Store::append;
  /// kUnavailable: a switch took too long; again is safe.
  Result<storage::AppendResult> append(const model::Batch& batch, storage::Durability durability) override;
  Status refresh() override { return active()->refresh(); }
  Status seal() override { return active()->seal(); }
  Status compact() override { return active()->compact(); }
  Status roll_up(TimestampMs now) override { return active()->roll_up(now); }
  Status apply_retention(TimestampMs now) override { return active()->apply_retention(now); }
  Result<storage::DeleteResult> delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                               TimestampMs t_max, const std::string& reason) override {
    return active()->delete_samples(matchers, t_min, t_max, reason);
  }
  storage::StoreStats stats() const override { return active()->stats(); }
  storage::Cardinality cardinality(size_t limit) const override { return active()->cardinality(limit); }
  Status copy_to(const std::filesystem::path& file, const storage::CopyProgress& progress) override {
    return active()->copy_to(file, progress);
  }
  Status settle() override { return active()->settle(); }
  std::optional<storage::SpoolStats> spool() const override { return active()->spool(); }
  Status healthy() const override { return active()->healthy(); }
  const std::string& instance_id() const override { return active()->instance_id(); }
  std::string describe() const override { return active()->describe(); }
  storage::Migratable* migratable() override { return active()->migratable(); }
  Result<std::unique_ptr<storage::Querier>> querier(TimestampMs t_min, TimestampMs t_max) const override;

  // For the migration.
  std::shared_ptr<storage::Store> active() const EXCLUDES(mu_);
  Gate& gate() { return gate_; }
  void route_to(std::shared_ptr<storage::Store> store) EXCLUDES(mu_);
  /// Of so many reads in a hundred a note is taken.
  void watch_reads(unsigned percent) { percent_ = percent; }
  unsigned watched_percent() const { return percent_; }
  /// The oldest note; none when there is none.
  std::optional<CanaryRead> take_read() const EXCLUDES(mu_);
  /// Called by queriers.
  void note_read(CanaryRead read) const EXCLUDES(mu_);

 private:
  mutable Gate gate_;
  std::atomic<unsigned> percent_{0};
  mutable std::atomic<uint64_t> reads_{0};
  mutable Mutex mu_;
  std::shared_ptr<storage::Store> active_ GUARDED_BY(mu_);
  std::vector<std::shared_ptr<storage::Store>> left_ GUARDED_BY(mu_);
  mutable std::deque<CanaryRead> notes_ GUARDED_BY(mu_);
};

}  // namespace oreum::migrate
