// Compaction: packs that overlap become packs that do not.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

Status Engine::compact() {
  const MutexLock lock(compact_mu_);
  TRY_ASSIGN(const bool mine, may_tidy_up());
  if (paused_ || !mine) return {};
  CompactionPolicy policy = options_.compaction;
  policy.quiet = milliseconds(0);
  for (;;) {
    auto job = plan_compaction(*catalog(), {TimestampMs::max(), options_.clock.monotonic()}, policy, damaged_);
    if (!job) break;
    TRY(note(run_job(std::move(*job))));
  }
  TRY(note(merge_series_blocks()));
  TRY(note(collect_garbage()));
  TRY(note(give_back_pages(false)));
  return note(checkpoint(true));
}

Status Engine::run_due_jobs(const std::stop_token& stop) {
  const MutexLock lock(compact_mu_);
  if (paused_ || !leads()) return {};
  bool any = false;
  while (!stop.stop_requested()) {
    const Moment now{options_.clock.now(), options_.clock.monotonic()};
    auto job = plan_compaction(*catalog(), now, options_.compaction, damaged_);
    if (!job) break;
    TRY(note(run_job(std::move(*job))));
    TRY(note(collect_garbage()));
    any = true;
  }
  TRY(note(merge_series_blocks()));
  return any ? note(checkpoint(true)) : Status{};
}

Status Engine::run_job(CompactionJob job) {
  std::vector<PackPtr> packs;
  if (Status status = rewrite(job, packs); !status) {
    discard(packs);
    // A damaged pack stays as it is, for queries to report and people to repair; the others go on.
    if (status.error().code() != Code::kDataLoss) return status;
    log::error("packs are not put together: {}", status.error().to_string());
    return {};
  }
  const Swap swap{std::move(job.sources), packs, {}, kFaultCompactBeforeCommit, kFaultCompactAfterCommit};
  const MutexLock write(write_mu_);
  if (Status status = commit_swap(swap); !status) {
    discard(packs);
    return status;
  }
  Status after = fault::point(swap.after_commit);
  const MutexLock lock(mu_);
  show_swap(swap);
  ++counters_.compactions;
  return after;
}

Status Engine::rewrite(const CompactionJob& job, std::vector<PackPtr>& packs) {
  uint64_t samples = 0;
  uint64_t digest = 0;
  for (const PackPtr& source : job.sources) {
    samples += source->samples;
    digest += source->digest;
  }
  PackWriter writer({.resolution = job.resolution, .level = job.level}, [&](NewPack pack) -> Status {
    samples -= pack.meta.samples;
    digest -= pack.meta.digest;
    TRY_ASSIGN(PackPtr written, write_bytes(std::move(pack)));
    packs.push_back(std::move(written));
    return fault::point(kFaultCompactAfterBytes);
  });
  const auto load = [this](const PackMeta& meta) { return load_once(meta); };
  const std::unordered_map<int64_t, model::SeriesId> ids = ids_of(job.sources);
  int64_t damaged = 0;
  Status status = merge_packs(job.sources, load, damaged,
                              [&](int64_t ref, Rows& rows) { return writer.add(ref, ids.at(ref), rows); });
  if (status) status = writer.finish();
  if (!status && damaged != 0) {
    damaged_.insert(damaged);
    return Error(std::move(status).error()).wrap(fmt::format("pack {}", damaged));
  }
  TRY(std::move(status));
  if (samples == 0 && digest == 0) return {};
  // What comes out is not what went in: a source is damaged in a way its checksums do not show.
  for (const PackPtr& source : job.sources) damaged_.insert(source->id);
  return Error(Code::kDataLoss,
               fmt::format("{} packs from {} on hold other samples than their rows say, or some twice: run oreum check "
                           "store",
                           job.sources.size(), format_rfc3339({job.sources.front()->t_min})));
}

std::unordered_map<int64_t, model::SeriesId> Engine::ids_of(std::span<const PackPtr> packs) const {
  int64_t first = INT64_MAX;
  int64_t last = 0;
  for (const PackPtr& pack : packs) {
    first = std::min(first, pack->refs.front());
    last = std::max(last, pack->refs.back());
  }
  std::unordered_map<int64_t, model::SeriesId> ids;
  index().for_each([&](const HeadSeries& series) {
    if (first <= series.ref && series.ref <= last) ids.emplace(series.ref, series.series->id);
  });
  return ids;
}

Status Engine::merge_series_blocks() {
  for (;;) {
    const MutexLock write(write_mu_);
    if (!series_blocks_.wants_merge()) return {};
    TRY(ready());
    if (!leads()) return {};
    TRY_ASSIGN(const auto transaction, db().begin(Durability::kKill));
    TRY(raise(*transaction));
    if (sharing_ != nullptr) TRY(transaction->set_meta(kSeriesGeneration, fmt::format("{}", generation_ + 1)));
    series_blocks_.rolled_back();
    TRY(series_blocks_.merge_some(*transaction));
    TRY(transaction->commit());
    raised();
    series_blocks_.committed();
  }
}

}  // namespace oreum::storage
