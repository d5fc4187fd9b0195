// Load: what a store was written and asked lately, played again on another one, and how it bore it.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "migrate/router.h"
#include "model/sample.h"
#include "storage/store.h"

namespace oreum::migrate {

/// The samples of the last while of a store, by time.
class Recording {
 public:
  /// Of at most so long before the newest sample, and not more samples than memory is to be spent on.
  static Result<Recording> of(const storage::Store& store, milliseconds length);
  bool empty() const { return at_.empty(); }
  size_t batches() const { return at_.size(); }
  /// After the first one; less than length().
  milliseconds offset(size_t batch) const { return milliseconds(at_[batch].t - first_); }
  milliseconds length() const { return length_; }
  TimestampMs newest() const { return {first_ + length_.count()}; }
  /// The samples of one time, so much later. The batch borrows from this.
  void batch(size_t n, milliseconds later, model::Batch& out) const;

 private:
  struct Point {
    int64_t t;
    uint32_t series;
    double v;
  };
  struct Span {
    int64_t t;
    size_t begin;
    size_t end;
  };
  std::vector<model::Series> series_;
  std::vector<Point> points_;  // by time
  std::vector<Span> at_;
  int64_t first_ = 0;
  milliseconds length_{1000};
};

struct LoadReport {
  uint64_t batches = 0;          // written
  uint64_t samples = 0;          // acknowledged that were not there yet
  uint64_t refused_batches = 0;  // and written again, until they were taken
  uint64_t reads = 0;
  uint64_t failed_reads = 0;
  milliseconds longest_write{0};
  double read_p99_ms = 0;
  std::string first_failure;
};

/// Writes a recording over and over, at the pace at which it was recorded, and reads. Thread-safe.
class Load {
 public:
  /// All outlive it. Without reads it only writes.
  Load(storage::Store& store, const Recording& recording, std::vector<CanaryRead> reads);
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Ends; what is under way is ended first. Idempotent.
  void stop();
  LoadReport report() const EXCLUDES(mu_);

 private:
  void write(const std::stop_token& stop);
  void read(const std::stop_token& stop);
  /// False when it is to end.
  bool wait_until(Monotonic::time_point at, const std::stop_token& stop) EXCLUDES(mu_);
  void note_failure(const Error& error) REQUIRES(mu_);

  storage::Store& store_;
  const Recording& recording_;
  const std::vector<CanaryRead> reads_;
  mutable Mutex mu_;
  CondVar ended_;
  LoadReport report_ GUARDED_BY(mu_);
  std::vector<double> read_ms_ GUARDED_BY(mu_);
  std::jthread writer_;
  std::jthread reader_;
};

/// 99 of 100 are at most that. Sorts.
double p99(std::vector<double>& values);

/// Asks one read of a store, all of its answer.
Status ask(const storage::Store& store, const CanaryRead& read);

}  // namespace oreum::migrate
