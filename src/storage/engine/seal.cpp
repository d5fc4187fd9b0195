// Sealing: the head's samples become packs, and the journal rows that held them go, in one transaction.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

Status Engine::seal() {
  TRY_ASSIGN(const bool mine, may_tidy_up());
  if (!mine) return {};
  {
    const MutexLock lock(seal_mu_);
    // What an earlier seal could not write goes first.
    if (!frozen_.empty()) TRY(note(write_frozen()));
    if (freeze()) TRY(note(write_frozen()));
  }
  {
    const MutexLock lock(wake_mu_);
    sealed_ = true;
    wake_.notify_all();
  }
  return note(checkpoint(false));
}

bool Engine::freeze() {
  // Under the write lock: the frozen samples are exactly those of the journal rows so far.
  const MutexLock write(write_mu_);
  if (!leads()) return false;
  const MutexLock lock(mu_);
  head_.for_each([&](HeadSeries& series) NO_THREAD_SAFETY_ANALYSIS {
    if (series.open.empty()) return;
    series.frozen = std::make_shared<const OpenSamples>(std::move(series.open));
    series.open = {};
    frozen_.push_back({&series, series.ref, series.series, series.frozen});
  });
  std::sort(frozen_.begin(), frozen_.end(), [](const Frozen& a, const Frozen& b) { return a.ref < b.ref; });
  frozen_rebuilt_ = rebuilt_;
  frozen_upto_ = next_seq_ - 1;
  frozen_rows_ = counters_.journal_rows;
  frozen_bytes_ = journal_bytes_;
  longest_ = 0;
  oldest_row_.reset();
  return !frozen_.empty();
}

Status Engine::write_frozen() {
  {
    const MutexLock write(write_mu_);
    TRY(ready());
    if (frozen_rebuilt_ != rebuilt_) {
      // The last try may have been kept though its answer was lost, or another Oreum has sealed.
      frozen_.clear();
      return {};
    }
    if (!leads()) return Error(Code::kUnavailable, "another Oreum leads the store now");
  }
  std::vector<PackPtr> packs;
  if (Status status = encode_frozen(packs); !status) {
    discard(packs);
    return status;
  }
  const Swap swap{{}, packs, frozen_upto_, kFaultSealBeforeCommit, kFaultSealAfterCommit, {}, frozen_rebuilt_};
  const MutexLock write(write_mu_);
  if (Status status = commit_swap(swap); !status) {
    discard(packs);
    return status;
  }
  Status after = fault::point(swap.after_commit);
  const MutexLock lock(mu_);
  show_swap(swap);
  drop_frozen();
  return after;
}

Status Engine::encode_frozen(std::vector<PackPtr>& packs) {
  PackWriter writer({}, [&](NewPack pack) -> Status {
    TRY_ASSIGN(PackPtr written, write_bytes(std::move(pack)));
    packs.push_back(std::move(written));
    return fault::point(kFaultSealAfterBytes);
  });
  Rows rows;
  Columns columns;
  for (const Frozen& series : frozen_) {
    columns.clear();
    TRY(series.samples->read(columns));
    uint64_t digest = 0;
    for (size_t i = 0; i < columns.t.size(); ++i) digest += encoding::sample_hash({columns.t[i]}, columns.v[i]);
    if (digest != series.samples->digest()) {
      return Error(Code::kInternal, fmt::format("the samples of {} in memory are not those that were appended; the "
                                                "journal is kept: restart to read them from it",
                                                series.series->labels.to_string()));
    }
    rows.clear(1);
    rows.t.swap(columns.t);
    rows.v[0].swap(columns.v);
    TRY(writer.add(series.ref, series.series->id, rows));
    rows.t.swap(columns.t);
    rows.v[0].swap(columns.v);
  }
  return writer.finish();
}

void Engine::drop_frozen() {
  uint64_t samples = 0;
  for (const Frozen& series : frozen_) {
    samples += series.samples->size();
    series.head->frozen = nullptr;  // a querier that has it keeps it
  }
  frozen_.clear();
  counters_.head_samples -= samples;
  counters_.journal_rows -= frozen_rows_;
  journal_bytes_ -= frozen_bytes_;
  ++counters_.seals;
}

}  // namespace oreum::storage
