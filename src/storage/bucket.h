// Buckets: what is known of the samples of one series in a minute, an hour or a point of a graph. Rollups store them;
// docs/formats/rollup.md says what each field means.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/time.h"

namespace oreum::storage {

/// How fine the samples of a pack are. Raw ones are as sent; rollups hold one row a bucket.
enum class Resolution : uint8_t { kRaw = 0, kMinute = 1, kHour = 2 };
/// Length of a bucket; 0 for raw.
constexpr milliseconds bucket(Resolution r) {
  return r == Resolution::kRaw ? milliseconds(0) : milliseconds(r == Resolution::kMinute ? 60'000 : 3'600'000);
}

/// Number of the part of so many milliseconds that holds t, counted from 1970.
constexpr int64_t part_of(int64_t length, int64_t t) { return t / length - (t % length < 0 ? 1 : 0); }
/// First and last time of a part; the ends of time where it reaches beyond them.
constexpr int64_t part_first(int64_t length, int64_t part) {
  return part < INT64_MIN / length ? INT64_MIN : part * length;
}
constexpr int64_t part_last(int64_t length, int64_t part) {
  return part >= INT64_MAX / length ? INT64_MAX : (part + 1) * length - 1;
}

/// NaNs, stale markers among them, count as no sample; but no increase and no rate goes across one.
struct Bucket {
  static constexpr int64_t kUnknown = -1;
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  int64_t last_t = 0;  // of the last sample; without samples, of the last NaN
  uint64_t count = 0;
  double sum = 0;  // ±Inf when it overflows; NaN of both infinities
  double min = kNone;
  double max = kNone;
  double first = kNone;
  double last = kNone;
  double increase = 0;      // of a counter, within the bucket: a fall means that it began again at zero
  int64_t span = kUnknown;  // ms from first to last sample; unknown only where a sample less than a minute before the
                            // first is in an earlier bucket
  int64_t gap = 0;          // ms of the span that the increase does not cover: around NaNs
  bool broken_before = false;  // a NaN comes before the first sample
  bool broken_after = false;   // … after the last
  // Of the rates per second between neighbours within the bucket: only where it was made from the samples just now.
  double rate_min = kNone;
  double rate_max = kNone;
  double rate_last = kNone;
};

/// What a counter that went from `before` to `now` was increased by; not NaN unless one of them is.
constexpr double counter_increase(double before, double now) {
  if (now == before) return 0;  // infinities, too
  return now > before ? now - before : now;
}

/// Adds samples, times rising, to buckets.
class BucketBuilder {
 public:
  explicit BucketBuilder(milliseconds length) : length_(length.count()) {}
  /// Goes on with a bucket that was made before: all samples that follow are after its last_t.
  void resume(const Bucket& bucket);
  void add(int64_t t, double v);
  /// Appends the buckets since the last call.
  void finish(std::vector<Bucket>& out);

 private:
  void add_to_sum(double v);
  void close();

  const int64_t length_;
  bool open_ = false;
  int64_t end_ = 0;  // the last time of the open bucket
  Bucket now_;
  double lost_ = 0;           // what rounding took from now_.sum
  double increase_ = 0;       // before the present run of values that do not fall …
  double run_first_ = 0;      // … and where that began
  bool last_is_nan_ = false;  // the last one added
  std::vector<Bucket> done_;
};

/// Buckets of samples in the order of time, appended to `out`.
void to_buckets(std::span<const int64_t> t, std::span<const double> v, milliseconds length, std::vector<Bucket>& out);
/// … and those in `made`, which were made of samples before: to each, only what is after its last sample is added.
void to_buckets(std::span<const int64_t> t, std::span<const double> v, std::span<const Bucket> made,
                milliseconds length, std::vector<Bucket>& out);

}  // namespace oreum::storage
