// Recorder: carries the collectors' readings to the store, through a bounded queue, so that a slow disk never delays
// a tick and a passing fault of the store loses nothing.
//
// Nobody was told that a collected sample is kept, so a tick is written (safe from kill -9) but synced only every few
// seconds: a sync each second would cost more than collecting does. A power loss takes the last kSyncEvery at most.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "collect/batcher.h"
#include "collect/reading.h"
#include "storage/store.h"

namespace oreum::app {

inline constexpr std::chrono::seconds kSyncEvery{5};

struct RecorderStats {
  uint64_t queued = 0;    // ticks waiting
  uint64_t capacity = 0;  // ticks
  uint64_t dropped = 0;   // ticks refused because the queue was full
  uint64_t retries = 0;   // appends that failed and were tried again
};

/// record() and stats() are thread-safe. The store outlives it.
class Recorder {
 public:
  /// `capacity` in ticks: how long the store may be away before ticks are dropped.
  Recorder(storage::Store& store, size_t capacity);
  ~Recorder() { stop(); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Hands a tick's readings over; never blocks.
  void record(std::vector<std::shared_ptr<const collect::Reading>> tick);

  /// Stores what is queued, trying each batch once, and ends. Idempotent; no record() afterwards.
  void stop();

  RecorderStats stats() const;

 private:
  using Tick = std::vector<std::shared_ptr<const collect::Reading>>;
  void run(const std::stop_token& stop);
  void append(const model::Batch& batch, const std::stop_token& stop);
  storage::Durability next_durability();
  void wait(milliseconds time, const std::stop_token& stop);

  storage::Store& store_;
  BoundedQueue<Tick> queue_;
  std::optional<Monotonic::time_point> synced_;  // the recording thread's
  std::atomic<uint64_t> dropped_{0};
  std::atomic<uint64_t> retries_{0};
  Mutex mu_;
  CondVar wake_;
  std::jthread thread_;
};

}  // namespace oreum::app
