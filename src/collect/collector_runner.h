// CollectorRunner: one collector with what it needs to be asked again and again.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collect/collector.h"
#include "collect/reading.h"
#include "collect/recycler.h"
#include "collect/sink.h"

namespace oreum::collect {

/// Runs a collector, times it, turns what it emitted into a Reading and logs when it starts or stops failing.
/// run() belongs to one thread at a time; the counters may be read from any.
class CollectorRunner {
 public:
  /// `spec` and `context` outlive the runner. `common`: labels of every stored series (job, instance).
  CollectorRunner(const CollectorSpec& spec, const Context& context,
                  std::vector<std::pair<std::string, std::string>> common);

  /// Null when it is not its turn: the table gives it a pace; and what a slow collector has not found on this machine
  /// is looked for at every kAbsentEvery-th call only. (Fast ones have hostfs::KeptFile, which looks seldom itself.)
  std::shared_ptr<const Reading> run(TimestampMs t);
  /// The next run() is its turn.
  void call_now() { rest_ = 0; }
  static constexpr unsigned kAbsentEvery = 6;

  const CollectorSpec& spec() const { return spec_; }
  /// Collections that failed, other than by no_data().
  uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  /// Series that were emitted twice in one collection and dropped.
  uint64_t duplicates() const { return duplicates_.load(std::memory_order_relaxed); }

 private:
  void note(const Status& status);

  const CollectorSpec& spec_;
  const Clock& clock_;
  std::unique_ptr<Collector> collector_;
  Sink sink_;
  Recycler<Reading> readings_;
  bool failing_ = false;
  unsigned rest_ = 0;  // calls until its turn
  std::atomic<uint64_t> failures_{0};
  std::atomic<uint64_t> duplicates_{0};
};

}  // namespace oreum::collect
