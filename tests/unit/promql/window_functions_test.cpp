// Functions over windows, called on rows made by hand.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "promql/eval/functions/table.h"
#include "promql/eval/kahan.h"
#include "promql/eval/quantile.h"
#include "promql/eval/windows.h"
#include "storage/memory_store.h"

namespace oreum::promql::functions {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A series and how it is asked for: windows of `range` at `ends`.
struct Asked {
  std::vector<int64_t> t;
  std::vector<double> v;
  Grid ends;
  int64_t range = 60'000;
  RangeMode mode = RangeMode::kPlain;
  std::vector<Column> scalars;
  std::string metric = "x_total";
  bool cancelled = false;
};

struct Answered {
  Column values;
  Status status;
  Annotations notes;
};

Answered call(WindowFn* function, const Asked& asked) {
  Answered out;
  const storage::MemoryStore store;
  const EngineOptions options;
  const Limits limits;
  const std::atomic<bool> cancelled = asked.cancelled;
  Budget budget(limits, Deadline::never(), &cancelled);
  Context context{.store = store, .options = options, .query = asked.ends, .notes = out.notes, .budget = budget};
  const RangeShape shape{asked.ends, asked.range, asked.mode, 300'000};
  const std::vector<Span> spans(asked.scalars.size(), Span{1, 2});
  const WindowCall window{context, {5, 9}, spans, asked.ends, shape, asked.scalars};
  RangeRow row{.labels = model::Labels::of({{"__name__", asked.metric}}),
               .t = {asked.t.begin(), asked.t.end()},
               .v = {asked.v.begin(), asked.v.end()}};
  find_windows(shape, row.t, row.windows);
  out.values.resize(asked.ends.count);
  out.status = function(window, row, out.values);
  return out;
}

/// Of samples 10 s apart from 0 on, in one window that ends at the last.
double once(WindowFn* function, std::vector<double> v, std::vector<Column> scalars = {}) {
  Asked asked{.v = std::move(v), .scalars = std::move(scalars)};
  for (size_t i = 0; i < asked.v.size(); ++i) asked.t.push_back(static_cast<int64_t>(i) * 10'000);
  asked.ends = Grid::instant(asked.t.empty() ? 0 : asked.t.back());
  asked.range = 10'000'000;
  return call(function, asked).values[0];
}

/// Bit by bit, all NaNs the same.
::testing::AssertionResult same(double a, double b) {
  if (model::same_bits(a, b) || (std::isnan(a) && std::isnan(b) && is_absent(a) == is_absent(b))) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << a << " is not " << b;
}

TEST(Rate, StretchesToTheEndsOfTheWindow) {
  // 0 … 50 in steps of 10 s; the window (-5, 55] has samples 5 s from both ends.
  Asked asked{.t = {0, 10'000, 20'000, 30'000, 40'000, 50'000}, .v = {100, 110, 120, 130, 140, 150}};
  asked.ends = Grid::instant(55'000);
  EXPECT_TRUE(same(call(increase, asked).values[0], 50.0 * (60.0 / 50)));
  EXPECT_TRUE(same(call(rate, asked).values[0], 50.0 * (60.0 / 50 / 60)));
  EXPECT_TRUE(same(call(delta, asked).values[0], 50.0 * (60.0 / 50)));
}

TEST(Rate, DoesNotStretchACounterBeforeItWasZero) {
  Asked asked{.t = {0, 10'000, 20'000}, .v = {1, 11, 21}};
  asked.ends = Grid::instant(20'000);
  asked.range = 29'000;
  EXPECT_TRUE(same(call(increase, asked).values[0], 20 * ((20.0 + 20.0 * (1.0 / 20)) / 20)));
  EXPECT_TRUE(same(call(delta, asked).values[0], 20 * ((20.0 + 9) / 20)));
}

TEST(Rate, GoesHalfAnIntervalWhereSamplesAreFar) {
  Asked asked{.t = {0, 10'000, 20'000}, .v = {1000, 1010, 1020}};
  asked.ends = Grid::instant(60'000);
  asked.range = 100'000;
  EXPECT_TRUE(same(call(increase, asked).values[0], 20 * ((20.0 + 5 + 5) / 20)));
}

TEST(Rate, AddsWhatResetsLost) {
  Asked asked{.t = {0, 10'000, 20'000, 30'000, 40'000}, .v = {90, 100, 5, 10, 3}};
  asked.ends = {20'000, 10'000, 3};
  asked.range = 40'001;
  const Column values = call(increase, asked).values;
  EXPECT_GT(values[0], 15);
  EXPECT_TRUE(same(values[2], (3.0 - 90 + 100 + 10) * ((40.0 + 0.001) / 40)));
}

TEST(Rate, NeedsTwoSamples) {
  Asked asked{.t = {0, 10'000}, .v = {1, 2}};
  asked.ends = {0, 10'000, 9};
  const Column values = call(rate, asked).values;
  EXPECT_TRUE(is_absent(values[0]));
  EXPECT_FALSE(is_absent(values[1]));
  EXPECT_TRUE(is_absent(values[6]));
  EXPECT_TRUE(is_absent(values[8]));
}

TEST(Rate, NotesWhatIsNoCounter) {
  Asked asked{.t = {0, 10'000}, .v = {1, 2}, .ends = Grid::instant(10'000), .metric = "temperature"};
  const Answered of_gauge = call(rate, asked);
  ASSERT_EQ(of_gauge.notes.infos().size(), 1u);
  EXPECT_EQ(of_gauge.notes.infos()[0].text,
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"temperature\"");
  EXPECT_EQ(of_gauge.notes.infos()[0].where, (Span{5, 9}));
  EXPECT_TRUE(call(delta, asked).notes.infos().empty());
  asked.metric = "requests_count";
  EXPECT_TRUE(call(rate, asked).notes.infos().empty());
  asked.metric = "temperature";
  asked.ends = Grid::instant(500'000);
  EXPECT_TRUE(call(rate, asked).notes.infos().empty()) << "there is no answer to doubt";
}

TEST(Rate, OfOddValues) {
  EXPECT_TRUE(std::isnan(once(rate, {1, kNan, 2, kInf, kNan})));
  EXPECT_EQ(once(increase, {5, 5, 5}), 0);
  EXPECT_EQ(once(delta, {1, kInf}), kInf);
}

TEST(Irate, TakesTheLastTwo) {
  EXPECT_EQ(once(irate, {1, 100, 150}), 5);
  EXPECT_EQ(once(irate, {1, 100, 50}), 5) << "after a reset all of the value is new";
  EXPECT_EQ(once(idelta, {1, 100, 50}), -50);
  EXPECT_TRUE(is_absent(once(irate, {1})));
  EXPECT_TRUE(is_absent(once(idelta, {})));
}

TEST(Changes, CountsSteps) {
  EXPECT_EQ(once(changes, {1, 1, 2, 2, 1}), 2);
  EXPECT_EQ(once(changes, {1, kNan, kNan, 1}), 2);
  EXPECT_EQ(once(changes, {7}), 0);
  EXPECT_EQ(once(changes, {0.0, -0.0}), 0);
  EXPECT_TRUE(is_absent(once(changes, {})));
  EXPECT_EQ(once(resets, {1, 0, 5, 4, kNan, 3}), 2);
}

TEST(OverTime, FirstAndLast) {
  EXPECT_EQ(once(first_over_time, {3, 1, 2}), 3);
  EXPECT_EQ(once(last_over_time, {3, 1, 2}), 2);
  EXPECT_EQ(once(count_over_time, {3, kNan, 2}), 3);
  EXPECT_EQ(once(present_over_time, {kNan}), 1);
  EXPECT_EQ(once(ts_of_first_over_time, {3, 1, 2}), 0);
  EXPECT_EQ(once(ts_of_last_over_time, {3, 1, 2}), 20);
}

TEST(OverTime, Sums) {
  EXPECT_EQ(once(sum_over_time, {1, 1e100, 1, -1e100}), 2);
  EXPECT_EQ(once(avg_over_time, {1e308, 1e308, 1e308}), 1e308);
  EXPECT_EQ(once(avg_over_time, {kInf, 1}), kInf);
  EXPECT_TRUE(std::isnan(once(avg_over_time, {kInf, -kInf})));
  EXPECT_EQ(once(sum_over_time, {1e308, 1e308}), kInf);
  EXPECT_DOUBLE_EQ(once(stdvar_over_time, {0, 8, 8, 2, 3}), 10.56);
  EXPECT_DOUBLE_EQ(once(stddev_over_time, {0, 8, 8, 2, 3}), std::sqrt(10.56));
}

TEST(OverTime, Extremes) {
  EXPECT_EQ(once(min_over_time, {3, kNan, 1, 2}), 1);
  EXPECT_EQ(once(max_over_time, {kNan, 3, 1, kNan}), 3);
  EXPECT_TRUE(std::isnan(once(max_over_time, {kNan, kNan})));
  EXPECT_EQ(once(ts_of_max_over_time, {1, 3, 3, 1}), 20);
  EXPECT_EQ(once(ts_of_min_over_time, {1, 3, 3, 1}), 30);
}

TEST(OverTime, Quantiles) {
  EXPECT_EQ(once(quantile_over_time, {0, 1, 2, 3}, {{0.5}}), 1.5);
  EXPECT_EQ(once(quantile_over_time, {0, 1}, {{-1}}), -kInf);
  EXPECT_EQ(once(quantile_over_time, {0, 1}, {{1.01}}), kInf);
  EXPECT_EQ(once(mad_over_time, {4, 6, 2, 1, 999, 1, 2}), 1);
  Asked asked{.t = {0}, .v = {1}, .ends = Grid::instant(0), .scalars = {{1.5}}};
  const Answered answer = call(quantile_over_time, asked);
  ASSERT_EQ(answer.notes.warnings().size(), 1u);
  EXPECT_EQ(answer.notes.warnings()[0].text, "quantile value should be between 0 and 1, got 1.5");
}

TEST(Trend, OfALine) {
  EXPECT_DOUBLE_EQ(once(deriv, {10, 20, 30, 40}), 1);
  EXPECT_DOUBLE_EQ(once(predict_linear, {10, 20, 30, 40}, {{60}}), 100);
  EXPECT_EQ(once(deriv, {7, 7, 7}), 0);
  EXPECT_TRUE(std::isnan(once(deriv, {kInf, kInf})));
  EXPECT_TRUE(is_absent(once(deriv, {1})));
  EXPECT_TRUE(is_absent(once(predict_linear, {1}, {{1}})));
}

TEST(Trend, Smoothing) {
  EXPECT_EQ(once(double_exponential_smoothing, {1, 2, 3, 4}, {{0.5}, {0.5}}), 4);
  Asked asked{.t = {0, 1}, .v = {1, 2}, .ends = Grid::instant(1), .scalars = {{1.5}, {0.5}}};
  EXPECT_EQ(call(double_exponential_smoothing, asked).status.error().message(),
            "invalid smoothing factor. Expected: 0 < sf < 1, got: 1.500000");
}

TEST(WindowFunctions, StopWithinASeries) {
  Asked asked;
  for (int64_t i = 0; i < 5000; ++i) {
    asked.t.push_back(i);
    asked.v.push_back(0.1);
  }
  asked.ends = {4000, 1, 1000};
  asked.range = 4000;
  asked.cancelled = true;
  EXPECT_TRUE(call(count_over_time, {.t = {0}, .v = {1}, .ends = Grid::instant(0), .cancelled = true}).status);
  for (WindowFn* function : {sum_over_time, avg_over_time, stddev_over_time, deriv, mad_over_time}) {
    const Status status = call(function, asked).status;
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kCancelled);
  }
}

// --- sliding and plain forms answer the same ------------------------------------------------------------------------

std::vector<double> odd_values() {
  return {0.0, -0.0, 1, 2, 3, 0.1, 0.2, -7, 1e16, 1e308, -1e308, kNan, kInf, -kInf, 5e-324};
}

/// Series of whole numbers, of decimals, or of anything.
Asked any_series() {
  Asked asked;
  const int kind = *rc::gen::inRange(0, 3);
  const auto odd = odd_values();
  int64_t t = 0;
  for (int i = *rc::gen::inRange(0, 120); i > 0; --i) {
    t += *rc::gen::inRange(1, 20);
    asked.t.push_back(t);
    const int n = *rc::gen::inRange(-50, 50);
    asked.v.push_back(kind == 0 ? n : kind == 1 ? n * 0.01 : odd[static_cast<size_t>(n + 50) % odd.size()]);
  }
  asked.range = *rc::gen::inRange(1, 400);
  asked.ends = {*rc::gen::inRange(0, 50), *rc::gen::inRange(1, 60), static_cast<size_t>(*rc::gen::inRange(1, 60))};
  return asked;
}

/// Each window of the answer is what a series of that window alone gives.
void expect_windows_alone(WindowFn* function, Asked asked) {
  const Column all = call(function, asked).values;
  for (size_t i = 0; i < asked.ends.count; ++i) {
    const int64_t end = asked.ends.at(i);
    Asked alone{.ends = Grid::instant(end), .range = asked.range};
    for (const Column& s : asked.scalars) alone.scalars.push_back({s[i]});
    for (size_t k = 0; k < asked.t.size(); ++k) {
      if (asked.t[k] <= end - asked.range || asked.t[k] > end) continue;
      alone.t.push_back(asked.t[k]);
      alone.v.push_back(asked.v[k]);
    }
    RC_ASSERT(same(all[i], call(function, alone).values[0]));
  }
}

RC_GTEST_PROP(WindowFunctions, SlidingIsTheSameAsWindowByWindow, ()) {
  const Asked asked = any_series();
  for (WindowFn* function : {rate, increase, delta, irate, idelta, changes, resets, count_over_time, sum_over_time,
                             avg_over_time, min_over_time, max_over_time, ts_of_min_over_time, ts_of_max_over_time,
                             stddev_over_time, mad_over_time, deriv}) {
    expect_windows_alone(function, asked);
  }
}

RC_GTEST_PROP(WindowFunctions, SlidingQuantilesAreThoseOfEachWindow, ()) {
  Asked asked = any_series();
  asked.scalars = {Column(asked.ends.count, *rc::gen::inRange(0, 101) / 100.0)};
  expect_windows_alone(quantile_over_time, asked);
}

}  // namespace
}  // namespace oreum::promql::functions
