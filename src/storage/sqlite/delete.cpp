// Deletion of samples by matcher and range: packs are rewritten without them. For privacy, what is deleted is also gone
// from the free pages of the file.
#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "storage/fault_points.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"
#include "storage/sqlite/engine.h"

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

int64_t widened(int64_t t, int64_t by) {
  int64_t out = 0;
  if (!__builtin_add_overflow(t, by, &out)) return out;
  return by < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace

Status SqliteEngine::audit(std::string_view action, const std::string& detail) {
  log::info("audit: {}: {}", action, detail);
  const MutexLock write(write_mu_);
  TRY(writer_.db.sync_commits(true));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  TRY(writer_.insert_audit.bind(1, options_.clock.now().ms));
  TRY(writer_.insert_audit.bind_text(2, action));
  TRY(writer_.insert_audit.bind_text(3, detail));
  TRY(writer_.insert_audit.run());
  return transaction.commit();
}

Result<DeleteResult> SqliteEngine::delete_samples(std::span<const model::Matcher> matchers, TimestampMs t_min,
                                                  TimestampMs t_max, const std::string& reason) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  const MutexLock lock(compact_mu_);
  TRY(seal());  // so that all there is now is in packs
  std::unordered_set<int64_t> refs;
  for (const HeadSeries* series : index().select(compiled)) refs.insert(series->ref);
  const std::string what =
      fmt::format("{} from {} to {}", reason, t_min == TimestampMs::min() ? "the beginning" : format_rfc3339(t_min),
                  t_max == TimestampMs::max() ? "the end" : format_rfc3339(t_max));
  TRY(audit("delete requested", what));
  DeleteResult result;
  result.series = refs.size();
  Status first_error = delete_from_packs(refs, t_min, t_max, result);
  TRY(audit("deleted", fmt::format("{}: {} samples of {} series{}", what, result.samples, result.series,
                                   first_error ? "" : ", not complete: " + first_error.error().to_string())));
  TRY(note(delete_empty_series()));
  TRY(note(collect_garbage()));
  TRY(note(give_back_pages(true)));
  TRY(note(checkpoint(true)));
  if (!first_error) return Error(std::move(first_error).error());
  return result;
}

Status SqliteEngine::delete_from_packs(const std::unordered_set<int64_t>& refs, TimestampMs t_min, TimestampMs t_max,
                                       DeleteResult& result) {
  std::vector<PackPtr> packs;
  catalog()->for_each([&](const PackPtr& pack) {
    // A rollup's buckets that touch the range go whole; where the raw samples are, they are made again.
    const int64_t margin = bucket(pack->resolution).count();
    const bool overlaps = pack->overlaps({widened(t_min.ms, -margin)}, {widened(t_max.ms, margin)});
    if (overlaps && holds_any(pack->refs, refs)) packs.push_back(pack);
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

Status SqliteEngine::delete_from(PackPtr pack, const std::unordered_set<int64_t>& refs, TimestampMs t_min,
                                 TimestampMs t_max, DeleteResult& result) {
  const int64_t margin = bucket(pack->resolution).count();
  const int64_t from = widened(t_min.ms, -margin);
  const int64_t to = widened(t_max.ms, margin);
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
    if (refs.contains(ref)) deleted += cut_out(rows, from, to);
    return rows.t.empty() ? Status{} : writer.add(ref, ids.at(ref), rows);
  });
  if (status) status = writer.finish();
  if (status && left != deleted) status = Error(Code::kDataLoss, "it holds other samples than its row says");
  if (!status || deleted == 0) {
    discard(made);
    return status;
  }
  const uint64_t samples = pack->resolution == Resolution::kRaw ? deleted : 0;
  const Swap swap{{std::move(pack)}, made, {}, kFaultDeleteBeforeCommit, kFaultDeleteAfterCommit};
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
