// Router: the store that everybody else is given. It forwards to the store of record, and a switch changes which one
// that is: reads go on all the while, writes wait for a moment.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
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

/// Thread-safe. A store that was left lives as long as queries read it, and some minutes for whoever has a reference.
class Router final : public storage::Store {
 public:
  explicit Router(std::shared_ptr<storage::Store> active);

  using Store::append;
  /// kUnavailable: a switch took too long; again is safe. Where another process has led the store of record away, it
  /// waits a while for this one to go along.
  Result<storage::AppendResult> append(const model::Batch& batch, storage::Durability durability) override
      EXCLUDES(mu_);
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
  Status adopt_spool(const std::string& instance) override { return active()->adopt_spool(instance); }
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
  /// Lets go of stores that were left long ago and have given away all they had to.
  void let_go_of_left(Monotonic::time_point now) EXCLUDES(mu_);
  /// A store that was forwarded to before and is still here; null when there is none of that instance.
  std::shared_ptr<storage::Store> left(const std::string& instance) const EXCLUDES(mu_);
  /// Called, on any thread, when an append meets a store that another process has led away. Set before any append.
  void when_led_away(std::function<void()> call) { led_away_ = std::move(call); }
  /// Why this process cannot go along: appends do not wait for it. None: it may.
  void set_stuck(std::optional<Error> why) EXCLUDES(mu_);
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
  /// Waits until there is another store than the one that refused a batch.
  Status go_along_from(const storage::Store& refused, const Error& why, Deadline deadline) EXCLUDES(mu_);

  std::function<void()> led_away_;
  mutable Mutex mu_;
  CondVar routed_;
  std::optional<Error> stuck_ GUARDED_BY(mu_);
  std::shared_ptr<storage::Store> active_ GUARDED_BY(mu_);
  struct Left {
    std::shared_ptr<storage::Store> store;
    Monotonic::time_point since;
  };
  std::vector<Left> left_ GUARDED_BY(mu_);
  mutable std::deque<CanaryRead> notes_ GUARDED_BY(mu_);
};

}  // namespace oreum::migrate
