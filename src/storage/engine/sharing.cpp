// Several processes on one store: following the journal, and taking the lead. docs/decisions/0015-several-writers.md.
#include <algorithm>

#include <fmt/core.h>

#include "base/log.h"
#include "base/number.h"
#include "storage/engine/engine.h"

namespace oreum::storage {

Result<int64_t> Engine::number(std::string_view key) {
  TRY_ASSIGN(const std::string text, db().meta(key));
  if (text.empty()) return 0;
  const std::optional<int64_t> value = parse_i64(text);
  if (!value) return backend_->damaged(fmt::format("the {} in table meta is damaged", key));
  return *value;
}

Status Engine::refresh() {
  if (sharing_ == nullptr) return {};
  const MutexLock write(write_mu_);
  // Nobody else writes to a store that was left; the migration that leads it must not wait for this.
  if (is_left_to_me()) return {};
  Status status = ready();
  if (status) status = catch_up();
  return note_failed(std::move(status));
}

Status Engine::catch_up() {
  TRY(let_others_lead());
  // A retired store is its migration's: whoever runs that has opened it, and leads it.
  if (!leads_ && !retired_) {
    TRY_ASSIGN(const bool now, sharing_->try_to_lead());
    if (now) return take_over();
  }
  for (;;) {
    std::vector<ForeignRow> rows;
    TRY_ASSIGN(const int64_t generation,
               sharing_->news(next_seq_ - 1, [&](int64_t seq, std::string_view bytes) -> Status {
                 return decode_row(seq, bytes, rows.emplace_back());
               }));
    if (generation != generation_) return reload();
    if (rows.empty()) return {};
    TRY(play(rows));
  }
}

/// The one that led is gone, and with it every transaction of its: what the database says now is what it has left.
Status Engine::take_over() {
  log::info("the Oreum that led the store is gone: this one leads it now");
  leads_ = true;
  orphans_due_ = true;
  reload_due_ = true;
  {
    const MutexLock lock(mu_);
    ++counters_.take_overs;
  }
  TRY(reload());
  wake_sealer();
  return {};
}

Status Engine::play(const std::vector<ForeignRow>& rows) {
  int64_t highest = 0;
  for (const ForeignRow& row : rows) {
    for (const int64_t ref : row.row.refs) highest = std::max(highest, ref);
  }
  std::vector<encoding::NumberedLabels> fresh;
  // Read later than the rows: all of theirs are there, unless the leader has changed something since.
  if (highest >= next_ref_) {
    TRY_ASSIGN(fresh, series_blocks_.load_from(*sharing_, next_ref_));
  }
  bool due = false;
  bool changed = false;
  {
    const MutexLock lock(mu_);
    TRY(add_series(fresh));
    for (const ForeignRow& row : rows) {
      Status status = row.seq == next_seq_ ? replay_row(by_ref(), row) : Error(Code::kNotFound, "a row is missing");
      changed = !status && status.error().code() == Code::kNotFound;
      if (changed) break;
      TRY(std::move(status));
      counters_.foreign_samples += row.row.t.size();
    }
    due = seal_due();
  }
  if (due) wake_sealer();
  if (!changed) return {};
  reload_due_ = true;
  return reload();
}

const std::vector<HeadSeries*>& Engine::by_ref() {
  // Series only come while it is kept; where some go, it is cleared.
  if (by_ref_.size() == head_.size()) return by_ref_;
  by_ref_.clear();
  by_ref_.reserve(head_.size());
  head_.for_each([&](HeadSeries& series) NO_THREAD_SAFETY_ANALYSIS { by_ref_.push_back(&series); });
  std::sort(by_ref_.begin(), by_ref_.end(), [](const HeadSeries* a, const HeadSeries* b) { return a->ref < b->ref; });
  return by_ref_;
}

Status Engine::let_others_lead() {
  if (!retired_ || !leads_ || wants_lead_) return {};
  TRY(sharing_->give_up_lead());
  leads_ = false;
  return {};
}

Status Engine::must_lead() {
  wants_lead_ = true;
  return ask_to_lead();
}

Status Engine::ask_to_lead() {
  TRY(ready());
  if (leads()) return {};
  TRY_ASSIGN(const bool now, sharing_->try_to_lead());
  if (now) return take_over();
  TRY_ASSIGN(const std::string name, sharing_->leader());
  return Error(Code::kFailedPrecondition, fmt::format("another Oreum ({}) leads this store: ask it",
                                                      name.empty() ? "it cannot be told which" : name));
}

Status Engine::check_lead() {
  const MutexLock write(write_mu_);
  TRY(ready());
  // It is led from the store that is of record now.
  if (retired_) return Error(Code::kFailedPrecondition, *retired_);
  return ask_to_lead();
}

Status Engine::hold_others(bool held) {
  if (sharing_ == nullptr) return {};
  const MutexLock write(write_mu_);
  if (held) TRY(must_lead());
  return sharing_->hold_appends(held);
}

Result<bool> Engine::may_tidy_up() {
  if (leads()) return true;
  const MutexLock write(write_mu_);
  TRY(ready());
  if (!leads()) TRY(catch_up());
  return leads();
}

Status Engine::commit(std::unique_ptr<Backend::Transaction> transaction) {
  Status status = transaction->commit();
  transaction.reset();
  return settled(std::move(status));
}

Status Engine::settled(Status status) {
  if (status || sharing_ == nullptr || status.error().code() != Code::kConflict) return status;
  TRY(catch_up());
  return Error(Code::kUnavailable, "another Oreum has written to the store meanwhile: try again");
}

void Engine::wake_sealer() {
  const MutexLock lock(wake_mu_);
  due_ = true;
  wake_.notify_all();
}

void Engine::refresh_loop(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(wake_mu_);
    wake_.notify_all();
  });
  bool well = true;
  while (!stop.stop_requested()) {
    pause(stop, options_.refresh_interval);
    if (stop.stop_requested()) return;
    const Status status = refresh();
    if (!status && well) log::error("following the store: {}", status.error().to_string());
    well = status.has_value();
    count_others();
  }
}

void Engine::count_others() {
  const MutexLock write(write_mu_);
  if (Monotonic::now() < next_count_ || is_left_to_me()) return;
  constexpr std::chrono::seconds kCountEvery(10);
  next_count_ = Monotonic::now() + kCountEvery;
  const Result<size_t> others = sharing_->others();
  if (!others) return;
  const MutexLock lock(mu_);
  counters_.others = *others;
}

}  // namespace oreum::storage
