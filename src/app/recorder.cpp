#include "app/recorder.h"

#include <algorithm>

#include "base/log.h"

namespace oreum::app {

namespace {

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5'000};

/// Errors that time heals: the disk was full, the database was busy.
bool worth_retrying(const Error& error) {
  return error.code() == Code::kUnavailable || error.code() == Code::kResourceExhausted ||
         error.code() == Code::kDeadlineExceeded;
}

void log_result(const storage::AppendResult& result) {
  if (result.conflict_count > 0) {
    const storage::Conflict& first = result.conflicts.front();
    log::warn("{} collected samples contradict stored ones and were refused, first {} at {}", result.conflict_count,
              first.series, format_rfc3339(first.t));
  }
  if (result.rejected > 0) log::warn("{} collected samples were refused: {}", result.rejected, result.first_rejected);
}

}  // namespace

Recorder::Recorder(storage::Store& store, size_t capacity)
    : store_(store), queue_(capacity), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Recorder::record(Tick tick) {
  if (queue_.try_push(tick)) return;
  if (dropped_++ == 0) log::error("the store has been away for {} ticks: ticks are being dropped", queue_.capacity());
}

void Recorder::stop() {
  if (!thread_.joinable()) return;
  queue_.close();
  thread_.request_stop();
  {
    const MutexLock lock(mu_);
    wake_.notify_all();
  }
  thread_.join();
}

RecorderStats Recorder::stats() const {
  return {.queued = queue_.size(), .capacity = queue_.capacity(), .dropped = dropped_, .retries = retries_};
}

void Recorder::run(const std::stop_token& stop) {
  collect::Batcher batcher;
  while (const std::optional<Tick> tick = queue_.pop()) append(batcher.build(*tick), stop);
}

void Recorder::append(const model::Batch& batch, const std::stop_token& stop) {
  milliseconds pause = kFirstPause;
  const storage::Durability durability = next_durability();
  for (bool failing = false;; failing = true) {
    const Result<storage::AppendResult> result = store_.append(batch, durability);
    if (result) {
      if (failing) log::info("the store takes samples again");
      log_result(*result);
      return;
    }
    const bool again = worth_retrying(result.error()) && !stop.stop_requested();
    if (!failing || !again) {
      log::error("storing {} collected samples: {}{}", batch.size(), result.error().to_string(),
                 again ? "; trying again until it works" : "; they are lost");
    }
    if (!again) return;
    ++retries_;
    wait(pause, stop);
    pause = std::min(pause * 2, kLongestPause);
  }
}

storage::Durability Recorder::next_durability() {
  const auto now = Monotonic::now();
  if (synced_ && now - *synced_ < kSyncEvery) return storage::Durability::kKill;
  synced_ = now;
  return storage::Durability::kPowerLoss;
}

void Recorder::wait(milliseconds time, const std::stop_token& stop) {
  const auto until = Monotonic::now() + time;
  const MutexLock lock(mu_);
  while (!stop.stop_requested() && wake_.wait_until(mu_, until)) {
  }
}

}  // namespace oreum::app
