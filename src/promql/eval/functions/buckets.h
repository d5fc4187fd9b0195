// Classic histograms: quantiles and fractions from cumulative buckets.
#pragma once

#include <span>
#include <vector>

namespace oreum::promql::functions {

/// `count` observations were at most `bound`.
struct Bucket {
  double bound;
  double count;
};

/// What had to be put right in buckets before a quantile could be told.
struct Repair {
  bool forced = false;     // counts that fell were raised to those before
  double first_bound = 0;  // of the buckets that were raised
  double last_bound = 0;
  double largest = 0;  // by how much at most
};

/// Buckets are sorted by bound; those of equal bounds are put together. NaN where there is no +Inf bucket, fewer than
/// two, or nothing observed.
double bucket_quantile(double q, std::vector<Bucket>& buckets, Repair& repair);

/// The share of observations between two values.
double bucket_fraction(double lower, double upper, std::vector<Bucket>& buckets);

}  // namespace oreum::promql::functions
