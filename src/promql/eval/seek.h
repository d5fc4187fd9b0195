// Finding one's place in rising times while going forward.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace oreum::promql {

/// Finds, for rising times, how many samples are at or before each. Samples come at a steady pace nearly always, so
/// the last stride is a good guess of the next; a wrong guess costs a walk that doubles its steps.
class Seeker {
 public:
  explicit Seeker(std::span<const int64_t> t) : t_(t) {}

  /// The number of samples at or before `at`, which must not be less than in the last call.
  size_t upto(int64_t at) {
    const size_t before = at_;
    size_t i = at_ + stride_ < t_.size() ? at_ + stride_ : t_.size();
    if (i > at_ && t_[i - 1] > at) {
      i = search(at_, i - 1, at);  // too far
    } else {
      i = walk(i, at);
    }
    at_ = i;
    stride_ = i - before;
    return i;
  }

 private:
  /// The place in [low, high], where all before low are at or before `at` and those from high on are after it.
  size_t search(size_t low, size_t high, int64_t at) const {
    // Close to the guess first.
    for (size_t step = 1; high - low > step; step *= 2) {
      if (t_[high - step] <= at) {
        low = high - step + 1;
        break;
      }
      high -= step;
    }
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (t_[middle] <= at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  /// From a place that is not too far.
  size_t walk(size_t i, int64_t at) const {
    for (size_t step = 1; i < t_.size(); step *= 2) {
      const size_t next = i + step < t_.size() ? i + step : t_.size();
      if (t_[next - 1] > at) return search(i, next - 1, at);
      i = next;
    }
    return i;
  }

  std::span<const int64_t> t_;
  size_t at_ = 0;
  size_t stride_ = 0;
};

}  // namespace oreum::promql
