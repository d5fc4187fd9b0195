// The queries that run: which they are, how long they take, which were slow.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "api/own_metrics.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"

namespace oreum::api::prometheus {

/// Thread-safe. Outlives the queries it counts.
class Queries {
  struct Entry {
    uint64_t id;
    std::string text;
    std::string client;
    TimestampMs started;
    Monotonic::time_point since;
  };

 public:
  /// Queries that take longer than `slow` are logged.
  Queries(const Clock& clock, milliseconds slow) : clock_(clock), slow_(slow) {}

  /// A query is running while this lives. Belongs to one thread.
  class Running {
   public:
    Running(Queries& queries, std::string_view text, std::string_view client);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// How it ended; without it: with an error of ours. `samples` were read.
    void succeeded(uint64_t samples);
    void failed(Code code) { outcome_ = outcome_of(code); }
    /// It is asked again elsewhere, and counts there.
    void moved_on() { counts_ = false; }
    std::chrono::nanoseconds age() const { return Monotonic::now() - entry_->since; }

   private:
    Queries& queries_;
    std::list<Entry>::iterator entry_;
    size_t outcome_;
    uint64_t samples_ = 0;
    bool counts_ = true;
  };

  struct Active {
    uint64_t id;
    std::string text;
    std::string client;
    TimestampMs started;
    std::chrono::nanoseconds age;
  };
  /// The oldest first.
  std::vector<Active> active() const EXCLUDES(mu_);

  void append_to(OwnMetrics& out) const EXCLUDES(mu_);

 private:
  static constexpr std::array<std::string_view, 4> kOutcomes{"success", "error", "timeout", "canceled"};
  static constexpr std::array<double, 10> kBounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 2.5, 10};

  struct Durations {
    std::array<uint64_t, kBounds.size() + 1> counts{};  // not cumulative; the last: above every bound
    double sum = 0;
  };

  static size_t outcome_of(Code code);
  std::list<Entry>::iterator add(std::string_view text, std::string_view client) EXCLUDES(mu_);
  void remove(std::list<Entry>::iterator entry) EXCLUDES(mu_);
  void count(const Entry& entry, size_t outcome, uint64_t samples) EXCLUDES(mu_);

  const Clock& clock_;
  const milliseconds slow_;
  mutable Mutex mu_;
  uint64_t next_id_ GUARDED_BY(mu_) = 1;
  std::list<Entry> running_ GUARDED_BY(mu_);
  std::array<Durations, kOutcomes.size()> durations_ GUARDED_BY(mu_);
  uint64_t samples_ GUARDED_BY(mu_) = 0;
  uint64_t slow_count_ GUARDED_BY(mu_) = 0;
};

}  // namespace oreum::api::prometheus
