#include "promql/eval/kahan.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "promql/eval/quantile.h"

namespace oreum::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double sum_of(std::initializer_list<double> values) {
  KahanSum sum;
  for (const double v : values) sum.add(v);
  return sum.total();
}

double mean_of(std::initializer_list<double> values) {
  KahanMean mean(*values.begin());
  for (const double* v = values.begin() + 1; v != values.end(); ++v) mean.add(*v);
  return mean.value();
}

double variance_of(std::initializer_list<double> values) {
  KahanVariance variance;
  for (const double v : values) variance.add(v);
  return variance.value();
}

TEST(KahanSum, KeepsWhatAdditionsLose) {
  EXPECT_EQ(sum_of({1, 1e100, 1, -1e100}), 2);
  EXPECT_EQ(sum_of({5, 988, 1e308, -1e308}), 993);
  EXPECT_EQ(sum_of({}), 0);
}

TEST(KahanSum, KnowsInfinities) {
  EXPECT_EQ(sum_of({1, kInf, 2}), kInf);
  EXPECT_EQ(sum_of({1, -kInf, 2}), -kInf);
  EXPECT_TRUE(std::isnan(sum_of({kInf, -kInf, 1})));
  EXPECT_TRUE(std::isnan(sum_of({1, kNan, 1})));
  EXPECT_EQ(sum_of({1e308, 1e308}), kInf);
}

TEST(KahanMean, GoesOnWhereSumsOverflow) {
  EXPECT_EQ(mean_of({1e308, 1e308, 1e308}), 1e308);
  EXPECT_EQ(mean_of({-1e308, 1e308}), 0);
  EXPECT_EQ(mean_of({7}), 7);
  EXPECT_EQ(mean_of({kInf}), kInf);
  EXPECT_EQ(mean_of({kInf, 1, 2}), kInf);
  EXPECT_EQ(mean_of({1, 2, -kInf}), -kInf);
  EXPECT_TRUE(std::isnan(mean_of({kInf, -kInf})));
}

TEST(KahanVariance, IsThatOfThePopulation) {
  EXPECT_EQ(variance_of({4}), 0);
  EXPECT_DOUBLE_EQ(variance_of({0, 8, 8, 2, 3}), 10.56);
  EXPECT_TRUE(std::isnan(variance_of({1, kInf})));
}

TEST(Quantile, LiesBetweenValues) {
  const std::vector<double> sorted{0, 10, 100};
  EXPECT_EQ(quantile_of_sorted(0, sorted), 0);
  EXPECT_EQ(quantile_of_sorted(0.5, sorted), 10);
  EXPECT_EQ(quantile_of_sorted(0.75, sorted), 55);
  EXPECT_EQ(quantile_of_sorted(1, sorted), 100);
  EXPECT_EQ(quantile_of_sorted(-1, sorted), -kInf);
  EXPECT_EQ(quantile_of_sorted(2, sorted), kInf);
  EXPECT_TRUE(std::isnan(quantile_of_sorted(kNan, sorted)));
  EXPECT_TRUE(std::isnan(quantile_of_sorted(0.5, {})));
}

TEST(Quantile, IsTheSameOfUnsortedValues) {
  const std::vector<double> values{7, kNan, -3, 0.0, -0.0, kInf, 2, 2, -kInf, 11};
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end(), value_less);
  EXPECT_TRUE(std::isnan(sorted.front()));
  for (double q = 0; q <= 1; q += 0.03125) {
    std::vector<double> scratch = values;
    const double a = quantile_of(q, scratch);
    const double b = quantile_of_sorted(q, sorted);
    EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << q << ": " << a << " " << b;
  }
}

}  // namespace
}  // namespace oreum::promql
