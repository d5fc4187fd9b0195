// Deletion of samples by matcher and range: packs are rewritten without them. For privacy, what is deleted is also gone
// from the free pages of the file.
#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

namespace {

bool holds_any(const RefRuns& refs, const std::unordered_set<int64_t>& wanted) {
  for (const RefRuns::Run& run : refs.runs()) {
    for (int64_t ref = run.first; ref <= run.last(); ++ref) {
      if (wanted.contains(ref)) return true;
    }
  }
  return false;
}

/// Takes out rows with from ≤ t ≤ to; how many.
uint64_t cut_out(Rows& rows, int64_t from, int64_t to) {
  const auto first = std::lower_bound(rows.t.begin(), rows.t.end(), from) - rows.t.begin();
  const auto last = std::upper_bound(rows.t.begin(), rows.t.end(), to) - rows.t.begin();
  if (last <= first) return 0;
  rows.t.erase(rows.t.begin() + first, rows.t.begin() + last);
  for (auto& column : rows.v) column.erase(column.begin() + first, column.begin() + last);
  return static_cast<uint64_t>(last - first);
}

/// What goes from packs of a resolution: of rollups, whole buckets.
struct Range {
  int64_t from;
  int64_t to;
};

Range range_of(Resolution r, TimestampMs t_min, TimestampMs t_max) {
  if (r == Resolution::kRaw) return {t_min.ms, t_max.ms};
  const int64_t length = bucket(r).count();
  return {part_first(length, part_of(length, t_min.ms)), part_last(length, part_of(length, t_max.ms))};
}

/// The days of a range whose rollups are as if their raw samples had changed: they are made again.
Catalog::Days staled(const Catalog& catalog, Range range) {
  Catalog::Days days;
  const auto& rolled = catalog.rolled();
  for (auto it = rolled.lower_bound(window_of(Resolution::kRaw, range.from));
       it != rolled.end() && it->first <= window_of(Resolution::kRaw, range.to); ++it) {
    const bool has_raw = catalog.windows(Resolution::kRaw).contains(it->first);
    if (!has_raw || !is_fresh(catalog, it->first)) continue;
    days[it->first] = it->second;
    days[it->first].digest = ~it->second.digest;
  }
  return days;
}

}  // namespace

Status Engine::audit(std::string_view action, const std::string& detail) {
  log::info("audit: {}: {}", action, detail);
  const MutexLock write(write_mu_);
  TRY(ready());
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
  TRY(transaction->insert_audit(options_.clock.now(), action, detail));
  return transaction->commit();
}

Result<DeleteResult> Engine::delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                            TimestampMs t_max, const std::string& reason) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  const MutexLock lock(compact_mu_);
  TRY(check_lead());
  TRY(refresh());  // what others have appended goes, too
  TRY(not_deletable());
  TRY(seal());  // so that all there is now is in packs
  std::unordered_set<int64_t> refs;
  for (const HeadSeries* series : index().select(compiled)) refs.insert(series->ref);
  const std::string what =
      fmt::format("{} from {} to {}", reason, t_min == TimestampMs::min() ? "the beginning" : format_rfc3339(t_min),
                  t_max == TimestampMs::max() ? "the end" : format_rfc3339(t_max));
  TRY(audit("delete requested", what));
  DeleteResult result;
  result.series = refs.size();
  Status first_error = delete_from_packs(refs, t_min, t_max, true, result);
  TRY(audit("deleted", fmt::format("{}: {} samples of {} series{}", what, result.samples, result.series,
                                   first_error ? "" : ", not complete: " + first_error.error().to_string())));
  TRY(note(delete_empty_series()));
  TRY(note(collect_garbage(true)));  // a query of another process that still reads it is told to ask again
  TRY(note(give_back_pages(true)));
  TRY(note(checkpoint(true)));
  if (!first_error) return Error(std::move(first_error).error());
  return result;
}

Status Engine::delete_from_packs(const std::unordered_set<int64_t>& refs, TimestampMs t_min, TimestampMs t_max,
                                 bool rollups_too, DeleteResult& result) {
  std::vector<PackPtr> packs;
  catalog()->for_each([&](const PackPtr& pack) {
    if (pack->resolution != Resolution::kRaw && !rollups_too) return;
    // A rollup's buckets that touch the range go whole; where the raw samples are, they are made again.
    const Range range = range_of(pack->resolution, t_min, t_max);
    if (pack->overlaps({range.from}, {range.to}) && holds_any(pack->refs, refs)) packs.push_back(pack);
  });
  Status first_error;
  for (PackPtr& pack : packs) {
    const int64_t id = pack->id;
    Status status = delete_from(std::move(pack), refs, t_min, t_max, result);
    if (!status && first_error) {
      first_error = Error(std::move(status).error()).wrap(fmt::format("deleting from pack {}", id));
    }
  }
  return first_error;
}

Status Engine::delete_from(PackPtr pack, const std::unordered_set<int64_t>& refs, TimestampMs t_min, TimestampMs t_max,
                           DeleteResult& result) {
  const Range range = range_of(pack->resolution, t_min, t_max);
  std::vector<PackPtr> made;
  uint64_t left = pack->samples;
  uint64_t deleted = 0;
  PackWriter writer({.resolution = pack->resolution, .level = pack->level}, [&](NewPack fresh) -> Status {
    left -= fresh.meta.samples;
    TRY_ASSIGN(PackPtr written, write_bytes(std::move(fresh)));
    made.push_back(std::move(written));
    return {};
  });
  const std::vector<PackPtr> sources{pack};
  const std::unordered_map<int64_t, model::SeriesId> ids = ids_of(sources);
  const auto load = [this](const PackMeta& meta) { return load_pack(meta); };
  int64_t damaged = 0;
  Status status = merge_packs(sources, load, damaged, [&](int64_t ref, Rows& rows) -> Status {
    if (refs.contains(ref)) deleted += cut_out(rows, range.from, range.to);
    return rows.t.empty() ? Status{} : writer.add(ref, ids.at(ref), rows);
  });
  if (status) status = writer.finish();
  if (status && left != deleted) status = Error(Code::kDataLoss, "it holds other samples than its row says");
  if (!status || deleted == 0) {
    discard(made);
    return status;
  }
  const bool raw = pack->resolution == Resolution::kRaw;
  const uint64_t samples = raw ? deleted : 0;
  Catalog::Days rolled = raw ? Catalog::Days() : staled(*catalog(), range);
  const Swap swap{{std::move(pack)}, made, {}, kFaultDeleteBeforeCommit, kFaultDeleteAfterCommit, std::move(rolled)};
  const MutexLock write(write_mu_);
  if (Status committed = commit_swap(swap); !committed) {
    discard(made);
    return committed;
  }
  Status after = fault::point(swap.after_commit);
  const MutexLock lock(mu_);
  show_swap(swap);
  counters_.deleted_samples += samples;
  result.samples += samples;
  return after;
}

}  // namespace oreum::storage
