// Retention: whole packs go, oldest first, and the disk gets its pages back.
#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"

namespace oreum::storage {

Status Engine::apply_retention(TimestampMs now) {
  const MutexLock lock(compact_mu_);
  TRY_ASSIGN(const bool mine, may_tidy_up());
  if (!mine) compact_index();
  if (paused_ || !mine) return {};
  TRY(note(retain_by_age(now)));
  if (options_.retention.bytes > 0) TRY(note(retain_by_size()));
  TRY(note(delete_empty_series()));
  compact_index();
  TRY(note(collect_garbage()));
  return note(give_back_pages(false));
}

Status Engine::retain_by_age(TimestampMs now) {
  std::vector<PackPtr> expired;
  catalog()->for_each([&](const PackPtr& pack) {
    const milliseconds age = kept(pack->resolution);
    const bool never = age.count() == 0;
    if (age == Retention::kNone || (!never && pack->t_max < now.ms - age.count())) expired.push_back(pack);
  });
  return drop_packs(std::move(expired));
}

Status Engine::retain_by_size() {
  TRY(collect_garbage());
  uint64_t used = 0;
  {
    const MutexLock write(write_mu_);
    TRY(ready());
    TRY_ASSIGN(used, db().used_bytes());
  }
  if (used <= options_.retention.bytes) return {};
  // What a journal that is too big takes is freed by the next seal, not here.
  return drop_packs(to_free(used - options_.retention.bytes));
}

// Raw samples go first, as long as they take more than half of what is allowed; then minutes, then hours, each oldest
// first; then what is left.
std::vector<PackPtr> Engine::to_free(uint64_t bytes) const {
  std::array<std::vector<PackPtr>, 3> by_resolution;
  uint64_t raw_bytes = 0;
  catalog()->for_each([&](const PackPtr& pack) {
    by_resolution[static_cast<size_t>(pack->resolution)].push_back(pack);
    if (pack->resolution == Resolution::kRaw) raw_bytes += pack->bytes;
  });
  for (auto& packs : by_resolution) {
    std::sort(packs.begin(), packs.end(), [](const PackPtr& a, const PackPtr& b) { return a->t_max < b->t_max; });
  }
  std::vector<PackPtr>& raw = by_resolution[0];
  size_t first = 0;
  for (; first < raw.size() && raw_bytes > options_.retention.bytes / 2; ++first) raw_bytes -= raw[first]->bytes;
  std::vector<PackPtr> order(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(first));
  for (const size_t r : {1, 2}) order.insert(order.end(), by_resolution[r].begin(), by_resolution[r].end());
  order.insert(order.end(), raw.begin() + static_cast<std::ptrdiff_t>(first), raw.end());
  size_t n = 0;
  for (uint64_t freed = 0; n < order.size() && freed < bytes; ++n) freed += order[n]->bytes;
  order.resize(n);
  return order;
}

Status Engine::drop_packs(std::vector<PackPtr> packs) {
  if (packs.empty()) return {};
  TRY(roll_before_drop(packs));
  uint64_t samples = 0;
  for (const PackPtr& pack : packs) samples += pack->resolution == Resolution::kRaw ? pack->samples : 0;
  Catalog::Days rolled = rolled_without(*catalog(), packs);
  const Swap swap{std::move(packs), {}, {}, kFaultRetentionBeforeCommit, kFaultRetentionAfterCommit, std::move(rolled)};
  const MutexLock write(write_mu_);
  TRY(commit_swap(swap));
  Status after = fault::point(swap.after_commit);
  const MutexLock lock(mu_);
  show_swap(swap);
  counters_.deleted_samples += samples;
  return after;
}

Status Engine::delete_empty_series() {
  const MutexLock write(write_mu_);
  TRY(ready());
  if (sharing_ != nullptr) TRY(catch_up());
  if (!leads()) return {};
  std::set<int64_t> unused;
  TimestampMs t_min = catalog_for_writer().t_min();
  TimestampMs t_max = catalog_for_writer().t_max();
  head_for_writer().for_each([&](const HeadSeries& series) {
    if (series.open.empty() && series.frozen == nullptr) unused.insert(series.ref);
    t_min = std::min(t_min, series.open.t_min());
    t_max = std::max(t_max, series.open.t_max());
    if (series.frozen != nullptr) {
      t_min = std::min(t_min, series.frozen->t_min());
      t_max = std::max(t_max, series.frozen->t_max());
    }
  });
  catalog_for_writer().for_each([&](const PackPtr& pack) {
    if (unused.empty()) return;
    for (const RefRuns::Run& run : pack->refs.runs()) {
      unused.erase(unused.lower_bound(run.first), unused.upper_bound(run.last()));
    }
  });
  if (!unused.empty()) {
    TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
    TRY(raise(*transaction));
    // Another process may just have appended to one of them. They go the next time, then.
    if (Status status = transaction->require_last(next_seq_ - 1); !status) {
      return status.error().code() == Code::kConflict ? Status() : std::move(status);
    }
    // What a journal row that is still held says of them must not be taken for another series'.
    TRY(transaction->set_meta(kNextRef, fmt::format("{}", next_ref_)));
    if (sharing_ != nullptr) TRY(transaction->set_meta(kSeriesGeneration, fmt::format("{}", generation_ + 1)));
    series_blocks_.rolled_back();
    TRY(series_blocks_.erase(*transaction, unused));
    TRY(transaction->commit());
    raised();
    series_blocks_.committed();
    admission_.forget();
  }
  const MutexLock lock(mu_);
  std::vector<HeadSeries*> gone;
  if (!unused.empty()) {
    head_.for_each([&](HeadSeries& series) {
      if (unused.contains(series.ref)) gone.push_back(&series);
    });
  }
  for (HeadSeries* series : gone) head_.erase(series);
  by_ref_.clear();
  counters_.t_min = t_min;
  counters_.t_max = t_max;
  return {};
}

void Engine::compact_index() {
  Head::Compaction compaction;
  {
    const MutexLock lock(mu_);
    if (!head_.wants_compaction()) return;
    compaction = head_.begin_compaction();
  }
  compaction.build();
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  head_.finish_compaction(compaction);
}

Status Engine::give_back_pages(bool all) {
  for (;;) {
    const MutexLock write(write_mu_);
    TRY_ASSIGN(const bool more, db().give_back_some(all));
    if (!more) return {};
  }
}

}  // namespace oreum::storage
