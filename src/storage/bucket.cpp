#include "storage/bucket.h"

#include <algorithm>
#include <cmath>

namespace oreum::storage {

void BucketBuilder::resume(const Bucket& bucket) {
  close();
  open_ = true;
  end_ = part_last(length_, part_of(length_, bucket.last_t));
  now_ = bucket;
  lost_ = 0;
  increase_ = bucket.increase;
  run_first_ = bucket.last;
  last_is_nan_ = bucket.count == 0 || bucket.broken_after;
}

void BucketBuilder::add(int64_t t, double v) {
  if (!open_ || t > end_) {
    close();
    open_ = true;
    end_ = part_last(length_, part_of(length_, t));
    now_ = {};
    lost_ = 0;
    last_is_nan_ = false;
  }
  if (std::isnan(v)) {
    (now_.count == 0 ? now_.broken_before : now_.broken_after) = true;
    if (now_.count == 0) now_.last_t = t;
    last_is_nan_ = true;
    return;
  }
  if (now_.count == 0) {
    now_.first = now_.min = now_.max = v;
    now_.span = 0;
    increase_ = 0;
    run_first_ = v;
  } else {
    // Times may be as far apart as an int64 goes.
    const auto ms = static_cast<int64_t>(static_cast<uint64_t>(t) - static_cast<uint64_t>(now_.last_t));
    if (now_.span != Bucket::kUnknown) now_.span += ms;
    if (last_is_nan_ || v < now_.last) {
      increase_ += counter_increase(run_first_, now_.last);
      run_first_ = last_is_nan_ ? v : 0;
    }
    if (last_is_nan_) {
      now_.gap += ms;
    } else {
      const double rate = counter_increase(now_.last, v) * 1000 / static_cast<double>(ms);
      now_.rate_min = std::fmin(now_.rate_min, rate);
      now_.rate_max = std::fmax(now_.rate_max, rate);
      now_.rate_last = rate;
    }
    now_.min = std::min(now_.min, v);
    now_.max = std::max(now_.max, v);
  }
  add_to_sum(v);
  ++now_.count;
  now_.last = v;
  now_.last_t = t;
  now_.broken_after = false;
  last_is_nan_ = false;
}

// Neumaier's sum: as good as rounded once, so that sums of decimals are decimals again, which pack well.
void BucketBuilder::add_to_sum(double v) {
  const double sum = now_.sum + v;
  lost_ += std::abs(now_.sum) >= std::abs(v) ? (now_.sum - sum) + v : (v - sum) + now_.sum;
  now_.sum = sum;
}

void BucketBuilder::close() {
  if (!open_) return;
  if (std::isfinite(lost_)) now_.sum += lost_;  // not after an infinity
  // Of a run its ends are enough: no rounding adds up.
  if (now_.count > 0) now_.increase = increase_ + counter_increase(run_first_, now_.last);
  done_.push_back(now_);
  open_ = false;
}

void BucketBuilder::finish(std::vector<Bucket>& out) {
  close();
  out.insert(out.end(), done_.begin(), done_.end());
  done_.clear();
}

void to_buckets(std::span<const int64_t> t, std::span<const double> v, milliseconds length, std::vector<Bucket>& out) {
  BucketBuilder builder(length);
  for (size_t i = 0; i < t.size(); ++i) builder.add(t[i], v[i]);
  builder.finish(out);
}

void to_buckets(std::span<const int64_t> t, std::span<const double> v, std::span<const Bucket> made,
                milliseconds length, std::vector<Bucket>& out) {
  BucketBuilder builder(length);
  size_t i = 0;
  for (const Bucket& bucket : made) {
    const int64_t first = part_first(length.count(), part_of(length.count(), bucket.last_t));
    for (; i < t.size() && t[i] < first; ++i) builder.add(t[i], v[i]);
    builder.resume(bucket);
    while (i < t.size() && t[i] <= bucket.last_t) ++i;
  }
  for (; i < t.size(); ++i) builder.add(t[i], v[i]);
  builder.finish(out);
}

}  // namespace oreum::storage
