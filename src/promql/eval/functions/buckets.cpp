#include "promql/eval/functions/buckets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oreum::promql::functions {

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// A difference between neighbours that is smaller in proportion comes from rounding.
constexpr double kRounding = 1e-12;

bool almost_equal(double a, double b) {
  if ((std::isnan(a) && std::isnan(b)) || a == b) return true;
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  constexpr double kSmallest = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kSmallest) return difference < kRounding * kSmallest;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kRounding;
}

void join_equal_bounds(std::vector<Bucket>& buckets) {
  size_t last = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].bound == buckets[last].bound) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  buckets.resize(last + 1);
}

/// Counts that fall are raised to those before, silently where rounding explains them.
void make_monotonic(std::vector<Bucket>& buckets, Repair& repair) {
  double before = buckets[0].count;
  for (size_t i = 1; i < buckets.size(); ++i) {
    Bucket& b = buckets[i];
    if (b.count == before) continue;
    if (almost_equal(before, b.count)) {
      b.count = before;
    } else if (b.count < before) {
      if (!repair.forced) repair.first_bound = b.bound;
      repair.forced = true;
      repair.last_bound = b.bound;
      repair.largest = std::max(repair.largest, before - b.count);
      b.count = before;
    } else {
      before = b.count;
    }
  }
}

}  // namespace

double bucket_quantile(double q, std::vector<Bucket>& buckets, Repair& repair) {
  if (std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.empty() || buckets.back().bound != kInf) return kNan;
  join_equal_bounds(buckets);
  make_monotonic(buckets, repair);
  if (buckets.size() < 2) return kNan;
  const double observed = buckets.back().count;
  if (observed == 0) return kNan;
  double rank = q * observed;
  const auto at =
      std::partition_point(buckets.begin(), buckets.end() - 1, [&](const Bucket& b) { return !(b.count >= rank); });
  const auto i = static_cast<size_t>(at - buckets.begin());
  if (i == buckets.size() - 1) return buckets[i - 1].bound;
  const double upper = buckets[i].bound;
  if (i == 0 && upper <= 0) return upper;
  double lower = 0;
  double count = buckets[i].count;
  if (i > 0) {
    lower = buckets[i - 1].bound;
    count -= buckets[i - 1].count;
    rank -= buckets[i - 1].count;
  }
  return lower + (upper - lower) * (rank / count);
}

namespace {

/// How many observations are below a value, found bucket by bucket.
class RankOf {
 public:
  explicit RankOf(double value) : value_(value) {}

  /// `before`: the count below `lower`.
  void look_at(double lower, const Bucket& bucket, double before) {
    if (found_) return;
    if (lower >= value_) {
      set(before);
    } else if (bucket.bound > value_) {
      set(inside(lower, bucket, before));
    }
  }
  double rank(double all) const { return found_ && !(rank_ > all) ? rank_ : all; }
  bool found() const { return found_; }

 private:
  void set(double rank) {
    rank_ = rank;
    found_ = true;
  }
  double inside(double lower, const Bucket& bucket, double before) const {
    if (bucket.bound == kInf) return before;
    if (lower == -kInf) return bucket.count;
    return before + (bucket.count - before) * (value_ - lower) / (bucket.bound - lower);
  }
  const double value_;
  double rank_ = 0;
  bool found_ = false;
};

}  // namespace

double bucket_fraction(double lower, double upper, std::vector<Bucket>& buckets) {
  if (buckets.empty() || buckets.back().bound != kInf) return kNan;
  join_equal_bounds(buckets);
  const double observed = buckets.back().count;
  if (observed == 0 || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  RankOf low(lower);
  RankOf high(upper);
  double before = 0;
  for (size_t i = 0; i < buckets.size() && !(low.found() && high.found()); ++i) {
    double bound = i > 0 ? buckets[i - 1].bound : -kInf;
    if (i == 0 && buckets[0].bound > 0) bound = 0;
    low.look_at(bound, buckets[i], before);
    high.look_at(bound, buckets[i], before);
    before = buckets[i].count;
  }
  return (high.rank(observed) - low.rank(observed)) / observed;
}

}  // namespace oreum::promql::functions
