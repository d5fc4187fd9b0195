// Sums and means that keep the error of their additions beside them: Kahan's, as Neumaier improved it. The order of
// operations is part of the answer: the last bit is to be Prometheus'.
#pragma once

#include <cmath>
#include <limits>

namespace oreum::promql {

/// A sum and what its additions lost.
struct KahanSum {
  double sum = 0;
  double lost = 0;

  void add(double x) {
    const double t = sum + x;
    const bool larger = std::fabs(sum) >= std::fabs(x);
    const double big = larger ? sum : x;
    const double small = larger ? x : sum;
    const double next = lost + ((big - t) + small);
    lost = std::fabs(t) == std::numeric_limits<double>::infinity() ? 0 : next;
    sum = t;
  }
  double total() const { return sum + lost; }
};

/// A mean of one or more values. Sums up as long as the sum is finite, then goes on with the mean itself.
class KahanMean {
 public:
  explicit KahanMean(double first) : of_{first, 0} {}

  void add(double x) {
    count_ += 1;
    if (!incremental_) {
      KahanSum next = of_;
      next.add(x);
      if (!std::isinf(next.sum)) {
        of_ = next;
        return;
      }
      incremental_ = true;
      of_.sum /= count_ - 1;
      of_.lost /= count_ - 1;
    }
    const double share = (count_ - 1) / count_;
    of_.sum *= share;
    of_.lost *= share;
    of_.add(x / count_);
  }
  double value() const { return incremental_ ? of_.total() : of_.sum / count_ + of_.lost / count_; }

 private:
  KahanSum of_;  // the sum; the mean once incremental_
  double count_ = 1;
  bool incremental_ = false;
};

/// The population variance of values, by Welford, both of its sums compensated.
class KahanVariance {
 public:
  void add(double x) {
    count_ += 1;
    const double delta = x - mean_.total();
    mean_.add(delta / count_);
    squares_.add(delta * (x - mean_.total()));
  }
  double value() const { return squares_.total() / count_; }

 private:
  double count_ = 0;
  KahanSum mean_;
  KahanSum squares_;
};

}  // namespace oreum::promql
