// What every operator of one evaluation shares.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>

#include "base/clock.h"
#include "base/result.h"
#include "promql/eval/annotations.h"
#include "promql/eval/grid.h"
#include "promql/eval/limits.h"
#include "storage/queryable.h"

namespace oreum::promql {

/// Counts what an evaluation uses and stops it at its limits. Not thread-safe but for cancel().
class Budget {
 public:
  Budget(const Limits& limits, Deadline deadline, const std::atomic<bool>* cancelled)
      : limits_(limits), deadline_(deadline), cancelled_(cancelled) {}

  /// Samples read from the store. kResourceExhausted names the limit; kDeadlineExceeded, kCancelled.
  Status read_samples(size_t count) {
    samples_ += count;
    if (samples_ > limits_.samples) [[unlikely]]
      return too_many_samples();
    return check_time();
  }
  /// Points that a subquery evaluates.
  Status make_points(size_t count) { return read_samples(count); }
  /// A series read from the store.
  Status read_series() {
    if (++series_ > limits_.series) [[unlikely]]
      return too_many_series();
    return check_time();
  }
  /// Points that an operator keeps in memory to the query's end.
  Status hold_points(size_t count) {
    held_ += count;
    if (held_ > limits_.points) [[unlikely]]
      return too_many_points();
    return {};
  }
  /// Whether there is time left; cheap enough for every series.
  Status check_time();

  uint64_t samples() const { return samples_; }
  uint64_t series() const { return series_; }

 private:
  Error too_many_samples() const;
  Error too_many_series() const;
  Error too_many_points() const;

  const Limits& limits_;
  Deadline deadline_;
  const std::atomic<bool>* cancelled_;  // may be null
  uint64_t samples_ = 0;
  uint64_t series_ = 0;
  uint64_t held_ = 0;
};

/// One evaluation: of one query over one grid. Outlives its operators.
struct Context {
  const storage::Queryable& store;
  const EngineOptions& options;
  /// Of the whole query, for @ start(), @ end() and durations; a subquery's own grid is another.
  Grid query;
  int64_t range_end = 0;  // what the query calls its end: at or after the grid's last point
  bool is_range = false;  // a range query, if of one point
  int64_t look_back = 0;  // milliseconds: a sample counts for so long
  bool at_hand = false;   // of samples in memory only
  Annotations& notes;
  Budget& budget;
};

/// The series of a selector.
struct Selected {
  std::unique_ptr<storage::Querier> querier;
  std::unique_ptr<storage::SeriesSet> set;
};
/// Those that match, with their samples in from ≤ t ≤ to.
Result<Selected> select(const Context& context, std::span<const model::Matcher> matchers, TimestampMs from,
                        TimestampMs to);

}  // namespace oreum::promql
