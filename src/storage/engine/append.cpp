// Appending: decide, commit, then show.
#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"

namespace oreum::storage {

Status Engine::help_sealing() {
  {
    const MutexLock lock(mu_);
    if (journal_bytes_ < 4 * options_.journal_bytes) return {};
  }
  // The seal has fallen behind: memory and journal stay bounded by letting writers help.
  TRY(seal());
  const MutexLock lock(mu_);
  if (leads() || journal_bytes_ < 16 * options_.journal_bytes) return {};
  return Error(Code::kUnavailable, "the Oreum that leads the store does not write packs: look at its log; try again");
}

Result<AppendResult> Engine::append(const model::Batch& batch, Durability durability) {
  TRY(help_sealing());
  const MutexLock write(write_mu_);
  if (Status status = note_failed(ready()); !status) {
    return Error(std::move(status).error()).wrap(fmt::format("storing {} samples", batch.size()));
  }
  Admission::Limits limits;
  limits.max_series = options_.max_series;
  limits.max_series_per_metric = options_.max_series_per_metric;
  if (options_.retention.age.count() > 0) limits.horizon = options_.clock.now() - options_.retention.age;
  // Whoever follows the journal must not be ahead of what a power loss leaves.
  return admit(batch, limits, hold_ ? Durability::kPowerLoss : durability, {}, false);
}

Result<AppendResult> Engine::admit(const model::Batch& batch, const Admission::Limits& limits, Durability durability,
                                   const RecordsOf& records, bool retired_too) {
  constexpr std::chrono::seconds kPatience(10);
  const Deadline deadline = Deadline::in(kPatience);
  for (;;) {
    if (retired_ && !retired_too) return Error(Code::kFailedPrecondition, *retired_);
    auto result = admit_once(batch, limits, durability, records);
    if (result || sharing_ == nullptr) return result;
    const bool beaten = result.error().code() == Code::kConflict;
    // A follower that looks for late samples may meet a pack that the leader has just dropped.
    const bool behind = result.error().code() == Code::kUnavailable && !leads();
    if (!beaten && !behind) return result;
    // Somebody else was faster: nothing of this was kept. What they wrote may decide otherwise over a sample.
    if (deadline.passed()) {
      return Error(Code::kUnavailable,
                   fmt::format("storing {} samples: others write to the store all the time: try again", batch.size()));
    }
    {
      const MutexLock lock(mu_);
      ++counters_.catch_ups;
    }
    const int64_t before = next_seq_;
    const int64_t generation = generation_;
    if (Status status = note_failed(catch_up()); !status) {
      return Error(std::move(status).error()).wrap(fmt::format("storing {} samples", batch.size()));
    }
    if (before != next_seq_ || generation != generation_) continue;
    // Nobody was: the database contradicts itself, or holds what memory does not know of.
    if (beaten) reload_due_ = true;
    return Error(Code::kUnavailable, result.error().message());
  }
}

Result<AppendResult> Engine::admit_once(const model::Batch& batch, Admission::Limits limits, Durability durability,
                                        const RecordsOf& records) {
  limits.next_ref = next_ref_;
  const auto read = [this](const HeadSeries& series, TimestampMs t_min, TimestampMs t_max, Columns& out)
                        NO_THREAD_SAFETY_ANALYSIS {  // called below only, under write_mu_
                          return read_stored(series, t_min, t_max, out);
                        };
  if (Status status = admission_.decide(batch, head_for_writer(), limits, read); !status) {
    admission_.forget();
    return Error(std::move(status).error()).wrap("looking for what late samples may contradict");
  }
  Status after;
  if (admission_.result().added > 0 || records) {
    Status status = commit_batch(durability, records);
    const bool beaten = sharing_ != nullptr && !status && status.error().code() == Code::kConflict;
    if (!beaten) status = note(std::move(status));
    if (!status) {
      admission_.forget();
      return Error(std::move(status).error()).wrap(fmt::format("storing {} samples", batch.size()));
    }
    after = fault::point(kFaultAppendAfterCommit);
  }
  apply_batch();
  if (!after) return Error(std::move(after).error());
  return std::move(admission_.result());
}

Status Engine::commit_batch(Durability durability, const RecordsOf& records) {
  const bool any = admission_.result().added > 0;
  uint32_t new_row_sum = 0;
  TRY_ASSIGN(const auto transaction, db().begin(durability));
  if (!leads()) TRY(transaction->require_generation(generation_));
  series_blocks_.rolled_back();
  if (any) {
    journal_.clear();
    admission_.for_each_accepted([&](const HeadSeries& series, TimestampMs t, double v)
                                     NO_THREAD_SAFETY_ANALYSIS { journal_.add(series.ref, t, v); });
    const std::string_view row = journal_.encode();
    row_bytes_ = row.size();
    new_row_sum = checksum_of_row(row);
    if (!admission_.created().empty()) {
      std::vector<encoding::NumberedLabels> series;
      for (const auto& one : admission_.created()) series.push_back({one->ref, one->series->labels.encoded()});
      TRY(series_blocks_.add(*transaction, series));
    }
    TRY(transaction->insert_journal(next_seq_, row));
  }
  if (records) TRY(write_records(*transaction, records(admission_.result())));
  TRY(fault::point(kFaultAppendBeforeCommit));
  TRY(transaction->commit());
  series_blocks_.committed();
  if (any) row_sum_ = new_row_sum;
  return {};
}

Status Engine::read_stored(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max, Columns& out) {
  Status status;
  catalog_for_writer().for_each(Resolution::kRaw, t_min, t_max, [&](const PackPtr& meta) {
    const std::optional<uint32_t> ordinal = meta->refs.ordinal(series.ref);
    if (!status || !ordinal) return;
    const auto pack = load_pack(*meta);
    status = pack ? read_series(**pack, *ordinal, t_min, t_max, out) : Status(pack.error());
    if (!status) status = Error(std::move(status).error()).wrap(where(*series.series, *meta));
  });
  return status;
}

void Engine::apply_batch() {
  const AppendResult& result = admission_.result();
  bool due = false;
  {
    const MutexLock lock(mu_);
    counters_.appended += result.added;
    counters_.duplicates += result.duplicates;
    counters_.conflicts += result.conflict_count;
    counters_.rejected += result.rejected;
    if (result.added == 0) return;
    next_ref_ += static_cast<int64_t>(admission_.created().size());
    for (auto& series : admission_.created()) head_.insert(std::move(series));
    admission_.for_each_accepted([&](HeadSeries& series, TimestampMs t, double v) NO_THREAD_SAFETY_ANALYSIS {
      series.add(t, v);
      longest_ = std::max(longest_, static_cast<uint32_t>(series.open.size()));
      counters_.t_min = std::min(counters_.t_min, t);
      counters_.t_max = std::max(counters_.t_max, t);
    });
    counters_.head_samples += result.added;
    ++counters_.journal_rows;
    journal_bytes_ += row_bytes_;
    if (!oldest_row_) oldest_row_ = options_.clock.monotonic();
    ++next_seq_;
    due = seal_due();
  }
  if (due) wake_sealer();
}

bool Engine::seal_due() const {
  return longest_ >= options_.chunk_samples || journal_bytes_ >= options_.journal_bytes ||
         (oldest_row_ && options_.clock.monotonic() - *oldest_row_ >= options_.seal_age);
}

Status Engine::note_failed(Status status) const { return status ? std::move(status) : note(std::move(status)); }

Status Engine::note(Status status) const {
  const MutexLock lock(mu_);
  if (status) {
    trouble_.reset();
  } else {
    trouble_ = status.error();
  }
  return status;
}

}  // namespace oreum::storage
