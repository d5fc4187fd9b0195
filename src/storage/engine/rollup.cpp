// Rollups: a day's raw samples become buckets in packs of their own; docs/decisions/0010-rollups.md.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"
#include "storage/rollup.h"

namespace oreum::storage {

namespace {

constexpr milliseconds kAtOnce(0);

std::vector<PackPtr> overlapping(const Catalog& catalog, Resolution r, int64_t day) {
  std::vector<PackPtr> packs;
  catalog.for_each(r, {window_first(Resolution::kRaw, day)}, {window_last(Resolution::kRaw, day)},
                   [&](const PackPtr& pack) { packs.push_back(pack); });
  return packs;
}

/// Rows of rollups as they stand and as they become, series by series.
class Remake {
 public:
  Remake(Resolution r, int64_t day, int64_t keep_before, const std::vector<PackPtr>& old, const LoadPack& load,
         PackWriter::Sink sink)
      : resolution_(r),
        day_(day),
        keep_before_(keep_before),
        old_(old, load),
        writer_({.resolution = r, .level = 0}, std::move(sink)) {}

  std::optional<int64_t> ref() const { return old_.ref(); }

  /// The series' rows: those of other days as they were, those of the day from `raw`.
  Status add(int64_t ref, model::SeriesId id, const Rows& raw, int64_t& damaged) {
    old_rows_.clear(kRollupFields);
    if (old_.ref() == ref) TRY(old_.read(old_rows_, damaged));
    const auto at = [&](auto bound) { return static_cast<size_t>(bound - old_rows_.t.begin()); };
    const size_t from =
        at(std::lower_bound(old_rows_.t.begin(), old_rows_.t.end(), window_first(Resolution::kRaw, day_)));
    const size_t to = at(std::upper_bound(old_rows_.t.begin(), old_rows_.t.end(), window_last(Resolution::kRaw, day_)));
    kept_.clear();
    const int64_t length = bucket(resolution_).count();
    for (size_t i = from; i < to; ++i) {
      if (part_first(length, part_of(length, old_rows_.t[i])) < keep_before_)
        kept_.push_back(bucket_of_row(old_rows_, i));
    }
    buckets_.clear();
    to_buckets(raw.t, raw.v.empty() ? std::span<const double>() : raw.v[0], kept_, bucket(resolution_), buckets_);
    buckets_to_rows(buckets_, rows_);
    splice(from, to);
    return rows_.t.empty() ? Status{} : writer_.add(ref, id, rows_);
  }
  Status finish() { return writer_.finish(); }

 private:
  /// Puts the old rows before `from` and those from `to` on around the new ones.
  void splice(size_t from, size_t to) {
    const auto around = [&](auto& column, const auto& old) {
      column.insert(column.begin(), old.begin(), old.begin() + static_cast<std::ptrdiff_t>(from));
      column.insert(column.end(), old.begin() + static_cast<std::ptrdiff_t>(to), old.end());
    };
    around(rows_.t, old_rows_.t);
    for (size_t f = 0; f < kRollupFields; ++f) around(rows_.v[f], old_rows_.v[f]);
  }

  const Resolution resolution_;
  const int64_t day_;
  const int64_t keep_before_;
  PackMerger old_;
  PackWriter writer_;
  Rows old_rows_, rows_;
  std::vector<Bucket> kept_, buckets_;
};

}  // namespace

milliseconds Engine::kept(Resolution r) const {
  const Retention& retention = options_.retention;
  if (r == Resolution::kRaw) return retention.age;
  return r == Resolution::kMinute ? retention.minutes : retention.hours;
}

uint8_t Engine::wanted(int64_t day, TimestampMs now) const {
  uint8_t bits = 0;
  for (const Resolution r : kRollupResolutions) {
    const milliseconds age = kept(r);
    const bool expired = age.count() > 0 && window_last(Resolution::kRaw, day) < now.ms - age.count();
    if (age != Retention::kNone && !expired) bits |= bit_of(r);
  }
  return bits;
}

Status Engine::roll_up(TimestampMs now) {
  if (!rollups_wanted()) return {};
  const MutexLock lock(compact_mu_);
  TRY_ASSIGN(const bool mine, may_tidy_up());
  if (paused_ || !mine) return {};
  for (;;) {
    const Moment moment{now, options_.clock.monotonic()};
    const auto day = plan_rollup(*catalog(), moment, {.slack = kAtOnce, .quiet = kAtOnce}, not_rolled_);
    if (!day) break;
    TRY(note(roll_day(*day, now, false, {})));
  }
  TRY(note(collect_garbage()));
  return note(checkpoint(true));
}

Status Engine::roll_due_days(const std::stop_token& stop) {
  if (!rollups_wanted()) return {};
  while (!stop.stop_requested()) {
    // Others who wait for the lock have their turn between two days.
    const MutexLock lock(compact_mu_);
    if (paused_ || !leads()) break;
    const Moment now{options_.clock.now(), options_.clock.monotonic()};
    const auto day = plan_rollup(*catalog(), now, options_.rollup, not_rolled_);
    if (!day) break;
    TRY(note(roll_day(*day, now.wall, false, stop)));
    TRY(note(collect_garbage()));
    TRY(note(checkpoint(true)));
  }
  return {};
}

Status Engine::roll_day(int64_t day, TimestampMs now, bool damage_too, const std::stop_token& stop) {
  const std::shared_ptr<const Catalog> before = catalog();
  const auto known = before->rolled().find(day);
  const Rolled old = known != before->rolled().end() ? known->second : Rolled{};
  Rolled rolled = old;
  rolled.digest = raw_digest(*before, day);
  rolled.made = wanted(day, now);
  Swap swap{{}, {}, {}, kFaultRollupBeforeCommit, kFaultRollupAfterCommit, {}};
  for (;;) {
    std::vector<PackPtr> raw = overlapping(*before, Resolution::kRaw, day);
    if (damage_too)
      std::erase_if(raw, [&](const PackPtr& pack) NO_THREAD_SAFETY_ANALYSIS { return damaged_.contains(pack->id); });
    int64_t damaged = 0;
    Status status = make_rollups(*before, raw, day, rolled.made, stop, swap, damaged);
    if (status) break;
    discard(swap.added);
    swap.gone.clear();
    swap.added.clear();
    if (stop.stop_requested()) return {};
    if (status.error().code() != Code::kDataLoss) return status;
    log::error("rollups of {}: {}", format_rfc3339({window_first(Resolution::kRaw, day)}), status.error().to_string());
    const bool is_raw = std::any_of(raw.begin(), raw.end(), [&](const PackPtr& pack) { return pack->id == damaged; });
    damaged_.insert(damaged);
    not_rolled_.insert(day);
    if (!damage_too || !is_raw) return {};
  }
  swap.rolled[day] = rolled;
  const MutexLock write(write_mu_);
  if (Status status = commit_swap(swap); !status) {
    discard(swap.added);
    return status;
  }
  Status after = fault::point(swap.after_commit);
  const MutexLock lock(mu_);
  show_swap(swap);
  ++counters_.rolled_days;
  return after;
}

Status Engine::make_rollups(const Catalog& before, const std::vector<PackPtr>& raw, int64_t day, uint8_t made,
                            const std::stop_token& stop, Swap& swap, int64_t& damaged) {
  const auto known = before.rolled().find(day);
  const auto load = [this](const PackMeta& meta) { return load_once(meta); };
  const auto sink = [&](NewPack pack) -> Status {
    TRY_ASSIGN(PackPtr written, write_bytes(std::move(pack)));
    swap.added.push_back(std::move(written));
    return fault::point(kFaultRollupAfterBytes);
  };
  std::vector<std::unique_ptr<Remake>> remakes;
  for (const Resolution r : kRollupResolutions) {
    if ((made & bit_of(r)) == 0) continue;
    std::vector<PackPtr> old;
    int64_t keep_before = INT64_MIN;
    if (known != before.rolled().end()) {  // else no pack has a row of the day
      old = overlapping(before, r, day);
      if (known->second.has(r)) keep_before = known->second.cut;
    }
    remakes.push_back(std::make_unique<Remake>(r, day, keep_before, old, load, sink));
    swap.gone.insert(swap.gone.end(), old.begin(), old.end());
  }
  std::vector<PackPtr> sources = raw;
  sources.insert(sources.end(), swap.gone.begin(), swap.gone.end());
  const std::unordered_map<int64_t, model::SeriesId> ids = ids_of(sources);
  PackMerger samples(raw, load);
  Rows rows;
  while (!remakes.empty()) {
    if (stop.stop_requested()) return Error(Code::kUnavailable, "the store is closing");
    std::optional<int64_t> ref = samples.ref();
    for (const auto& remake : remakes) {
      if (remake->ref() && (!ref || *remake->ref() < *ref)) ref = remake->ref();
    }
    if (!ref) break;
    rows.clear(1);
    if (samples.ref() == ref) TRY(samples.read(rows, damaged));
    for (const auto& remake : remakes) TRY(remake->add(*ref, ids.at(*ref), rows, damaged));
  }
  for (const auto& remake : remakes) TRY(remake->finish());
  return {};
}

Status Engine::roll_before_drop(std::span<const PackPtr> packs) {
  if (!rollups_wanted()) return {};
  std::set<int64_t> days;
  for (const PackPtr& pack : packs) {
    if (pack->resolution == Resolution::kRaw) days.insert(window_of(Resolution::kRaw, pack->t_min));
  }
  for (const int64_t day : days) {
    if (is_fresh(*catalog(), day)) continue;
    Status status = roll_day(day, options_.clock.now(), true, {});
    // On a full disk what retention frees comes first.
    if (!status && status.error().code() != Code::kResourceExhausted) return status;
    if (!status) log::error("samples go without rollups: {}", status.error().to_string());
  }
  return {};
}

Catalog::Days Engine::rolled_without(const Catalog& catalog, std::span<const PackPtr> gone) {
  Catalog::Days days;
  for (const PackPtr& pack : gone) {
    const int64_t last = window_of(Resolution::kRaw, pack->t_max);
    for (auto it = catalog.rolled().lower_bound(window_of(Resolution::kRaw, pack->t_min));
         it != catalog.rolled().end() && it->first <= last; ++it) {
      Rolled& rolled = days.emplace(*it).first->second;
      if (pack->resolution != Resolution::kRaw) {
        rolled.made &= static_cast<uint8_t>(~bit_of(pack->resolution));
        continue;
      }
      rolled.digest -= pack->digest;
      rolled.cut = std::max(rolled.cut, pack->t_max == INT64_MAX ? INT64_MAX : pack->t_max + 1);
    }
  }
  return days;
}

}  // namespace oreum::storage
