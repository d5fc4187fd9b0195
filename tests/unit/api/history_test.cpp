#include "api/bucketing.h"

#include <cmath>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "api_fixture.h"
#include "storage/rollup.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;

std::vector<storage::Bucket> buckets_of(const std::vector<int64_t>& t, const std::vector<double>& v, const Grid& grid) {
  std::vector<storage::Bucket> buckets;
  storage::to_buckets(t, v, milliseconds(grid.step), buckets);
  return buckets;
}

std::string text(const std::vector<double>& values) {
  std::string out;
  for (const double v : values) out += std::isnan(v) ? "- " : fmt::format("{} ", v);
  return out;
}

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return (std::isnan(x) && std::isnan(y)) || x == y || std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
  });
}

TEST(Bucketing, AggregatesWhatFallsIntoAPoint) {
  const Grid grid{0, 10, 4};
  const auto samples = buckets_of({-1, 0, 5, 9, 10, 31}, {100, 1, 5, 3, 7, 9}, grid);
  EXPECT_EQ(text(aggregate(samples, grid, Aggregation::kAvg)), "3 7 - 9 ");
  EXPECT_EQ(text(aggregate(samples, grid, Aggregation::kMin)), "1 7 - 9 ");
  EXPECT_EQ(text(aggregate(samples, grid, Aggregation::kMax)), "5 7 - 9 ");
  EXPECT_EQ(text(aggregate(samples, grid, Aggregation::kLast)), "3 7 - 9 ");
}

TEST(Bucketing, RatesSurviveResetsAndStopAtStaleMarkers) {
  const std::vector<int64_t> t{0, 2000, 4000, 5000, 6000};
  const std::vector<double> v{10, 30, 4, model::stale_marker(), 8};
  const Grid fine{0, 1000, 7};
  EXPECT_EQ(text(aggregate_rates(buckets_of(t, v, fine), fine, Aggregation::kAvg)), "- - 10 - 2 - - ");
  const Grid coarse{0, 10'000, 1};
  const auto one = buckets_of(t, v, coarse);
  EXPECT_EQ(text(aggregate_rates(one, coarse, Aggregation::kAvg)), "6 ");
  EXPECT_EQ(text(aggregate_rates(one, coarse, Aggregation::kMin)), "2 ");
  EXPECT_EQ(text(aggregate_rates(one, coarse, Aggregation::kMax)), "10 ");
  EXPECT_EQ(text(aggregate_rates(one, coarse, Aggregation::kLast)), "2 ");
}

TEST(Bucketing, AnAverageRateIsOverTime) {
  // 10 a second for one second, then 1 a second for nine.
  const Grid grid{0, 20'000, 1};
  EXPECT_EQ(text(aggregate_rates(buckets_of({0, 1000, 10'000}, {0, 10, 19}, grid), grid, Aggregation::kAvg)), "1.9 ");
}

RC_GTEST_PROP(Bucketing, PointsOfFinerBucketsAreThoseOfSamples, ()) {
  const Grid grid{0, 120'000, 3};
  std::vector<int64_t> t;
  std::vector<double> v;
  for (int64_t at = *rc::gen::inRange<int64_t>(-70'000, 1000); at < 360'000; at += *rc::gen::inRange(1, 90'000)) {
    t.push_back(at);
    v.push_back(*rc::gen::inRange(0, 8) == 0 ? model::stale_marker() : *rc::gen::inRange(-100, 1000) / 8.0);
  }
  const auto coarse = buckets_of(t, v, grid);
  auto fine = buckets_of(t, v, {0, 60'000, 6});
  for (const auto how : {Aggregation::kAvg, Aggregation::kMin, Aggregation::kMax, Aggregation::kLast}) {
    RC_ASSERT(near(aggregate(fine, grid, how), aggregate(coarse, grid, how)));
    RC_ASSERT(near(aggregate_rates(fine, grid, how), aggregate_rates(coarse, grid, how)));
  }
  // As a rollup keeps them: without the rates of single samples, and spans only where nothing else tells them.
  storage::Rows rows;
  storage::buckets_to_rows(fine, rows);
  for (size_t i = 0; i < fine.size(); ++i) fine[i] = storage::bucket_of_row(rows, i);
  for (const auto how : {Aggregation::kAvg, Aggregation::kMin, Aggregation::kMax, Aggregation::kLast}) {
    RC_ASSERT(near(aggregate(fine, grid, how), aggregate(coarse, grid, how)));
  }
  RC_ASSERT(near(aggregate_rates(fine, grid, Aggregation::kAvg), aggregate_rates(coarse, grid, Aggregation::kAvg)));
}

RC_GTEST_PROP(Bucketing, TheUsualStepKeepsTheNumberOfPoints, ()) {
  const auto span = *rc::gen::inRange<int64_t>(0, int64_t{20} * 365 * 86'400'000);
  const milliseconds step = round_step(milliseconds(span), 1000);
  RC_ASSERT(step.count() > 0);
  RC_ASSERT(span / step.count() + 1 <= 1000);
}

class HistoryTest : public ApiTest {
 protected:
  HistoryTest() {
    for (const char* instance : {"here", "there"}) {
      const double base = instance == std::string_view("here") ? 0 : 100;
      store({{"__name__", "node_load1"}, {"instance", instance}, {"job", "node"}}, kNow - milliseconds(20'000),
            {base + 1, base + 2, base + 3, base + 4});
    }
    store({{"__name__", "disk_usage_percent"}, {"instance", "here"}, {"mountpoint", "/"}, {"job", "node"}}, kNow, {50});
  }
  std::string values(std::string target) {
    const auto answer = get(std::move(target));
    EXPECT_EQ(answer.response.status, 200) << answer.response.body;
    return boost::json::serialize(answer.json().at("series"));
  }
};

TEST_F(HistoryTest, GivesColumns) {
  const auto answer = get("/api/v1/metrics/load?from=1699999980&to=1699999985&step=2s").json();
  EXPECT_EQ(answer.at("instance"), "here");
  EXPECT_EQ(answer.at("from"), "2023-11-14T22:13:00.000Z");
  EXPECT_EQ(answer.at("step"), "2s");
  EXPECT_EQ(answer.at("agg"), "avg");
  EXPECT_EQ(boost::json::serialize(answer.at("time")), "[1699999980000,1699999982000,1699999984000]");
  EXPECT_EQ(boost::json::serialize(answer.at("series")),
            R"([{"metric":"node_load1","labels":{},"resolution":"raw","values":[1.5E0,3.5E0,null]}])");
  EXPECT_EQ(answer.at("resolution"), "raw");
}

TEST_F(HistoryTest, TakesEveryParameter) {
  EXPECT_THAT(values("/api/v1/metrics/load?from=1699999980&to=1699999981&step=10&agg=max"), HasSubstr("[2]"));
  EXPECT_THAT(values("/api/v1/metrics/load?from=1699999980&to=1699999981&step=10&agg=min"), HasSubstr("[1]"));
  EXPECT_THAT(values("/api/v1/metrics/load?from=2023-11-14T22:13:00Z&to=1699999989&step=10&agg=last&instance=there"),
              HasSubstr("[104]"));
  EXPECT_THAT(values("/api/v1/metrics/filesystem?step=1h"), HasSubstr(R"("labels":{"mountpoint":"/"})"));
  EXPECT_EQ(values("/api/v1/metrics/load?instance=nobody"), "[]");
}

TEST_F(HistoryTest, TheDefaultIsTheLastHour) {
  const auto answer = get("/api/v1/metrics/load?agg=avg").json();
  EXPECT_EQ(answer.at("to"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(answer.at("from"), "2023-11-14T21:13:20.000Z");
  EXPECT_LE(answer.at("time").as_array().size(), 1000U);
}

TEST_F(HistoryTest, NamesTheBadParameter) {
  for (const auto& [query, why] : std::vector<std::pair<std::string, std::string>>{
           {"from=yesterday", "parameter from"},
           {"to=x", "parameter to"},
           {"from=1e99", "parameter from"},
           {"from=9000000000000000", "parameter from"},
           {"to=9000000000000000", "parameter to"},
           {"from=-9000000000000000&to=0", "parameter from: too long ago"},
           {"from=2&to=1", "parameter from: is after to"},
           {"step=0", "parameter step"},
           {"step=-5", "parameter step"},
           {"step=fast", "parameter step"},
           {"step=1000000y", "parameter step"},
           {"step=1ms", "3600001 points are more than 11000"},
           {"agg=median", "parameter agg: expected avg, min, max or last"},
           {"instance=", "parameter instance"},
           {"form=1", "parameter form: not known here; there are from, to"},
           {"from=1&from=2", "parameter from: given twice"},
       }) {
    const Answer answer = get("/api/v1/metrics/load?" + query);
    EXPECT_EQ(answer.response.status, 400) << query;
    EXPECT_THAT(answer.detail(), HasSubstr(why)) << query;
  }
}

TEST_F(HistoryTest, ACounterIsARate) {
  store({{"__name__", "node_forks_total"}, {"instance", "here"}, {"job", "node"}}, kNow, {10, 13, 16});
  EXPECT_THAT(values("/api/v1/metrics/process?from=1700000000&to=1700000002&step=1s"),
              HasSubstr(R"("per_second":true,"labels":{},"resolution":"raw","values":[null,3,3])"));
}

class RolledHistoryTest : public HistoryTest {
 protected:
  static constexpr int64_t kDay = 86'400'000;
  static constexpr TimestampMs kYesterday{kNow.ms / kDay * kDay - kDay};

  /// A gauge and a counter from yesterday noon until now, every 20 seconds; yesterday is rolled up.
  RolledHistoryTest() {
    const model::Series load(model::Labels::of({{"__name__", "node_load1"}, {"instance", "roll"}, {"job", "node"}}));
    const model::Series forks(
        model::Labels::of({{"__name__", "node_forks_total"}, {"instance", "roll"}, {"job", "node"}}));
    model::Batch batch;
    double total = 0;
    for (int64_t t = kYesterday.ms + kDay / 2 + 7; t < kNow.ms; t += 20'000) {
      batch.add(load, {t}, static_cast<double>(t / 1000 % 977) / 100);
      total = t / 20'000 % 1000 == 0 ? 3 : total + static_cast<double>(t / 1000 % 31);
      batch.add(forks, {t}, total);
    }
    EXPECT_TRUE(store_->append(batch));
    EXPECT_TRUE(store_->seal());
    EXPECT_TRUE(store_->roll_up(kNow));
    EXPECT_EQ(store_->stats().rolled_days, 1U);
  }
  boost::json::value load(const std::string& query) {
    const auto answer = get("/api/v1/metrics/load?instance=roll&from=1699912800&to=1699999990&" + query);
    EXPECT_EQ(answer.response.status, 200) << answer.response.body;
    return answer.json();
  }
  static void expect_near(const boost::json::value& a, const boost::json::value& b) {
    const auto& x = a.at("series").at(0).at("values").as_array();
    const auto& y = b.at("series").at(0).at("values").as_array();
    ASSERT_EQ(x.size(), y.size());
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x[i].is_null(), y[i].is_null()) << i;
      if (!x[i].is_null()) {
        ASSERT_NEAR(x[i].to_number<double>(), y[i].to_number<double>(), 1e-9) << i;
      }
    }
  }
};

TEST_F(RolledHistoryTest, UsesTheCoarsestThatFitsAndSaysSo) {
  for (const auto& [step, resolution] :
       std::vector<std::pair<std::string, std::string>>{{"step=2h", "1h"},
                                                        {"step=5m", "1m"},
                                                        {"step=90s", "raw"},
                                                        {"step=2h&resolution=1m", "1m"},
                                                        {"step=2h&resolution=raw", "raw"},
                                                        {"", "1m"}}) {
    const auto answer = load(step);
    EXPECT_EQ(std::string(answer.at("resolution").as_string()), resolution) << step;
    EXPECT_EQ(std::string(answer.at("series").at(0).at("resolution").as_string()), resolution) << step;
  }
  // Of today there are no rollups yet.
  const auto today = get("/api/v1/metrics/load?instance=roll&from=1699999200&to=1699999990&step=1m").json();
  EXPECT_EQ(today.at("resolution"), "raw");
  EXPECT_EQ(get("/api/v1/metrics/load?step=30s&resolution=1m").response.status, 400);
  EXPECT_THAT(get("/api/v1/metrics/load?step=30s&resolution=1m").detail(), HasSubstr("step is no multiple of 1m"));
  EXPECT_THAT(get("/api/v1/metrics/load?resolution=1d").detail(), HasSubstr("expected auto, raw, 1m or 1h"));
}

TEST_F(RolledHistoryTest, MixedWithSamplesTheAnswerIsThatOfSamples) {
  for (const std::string step : {"step=1m", "step=5m", "step=1h", "step=4h"}) {
    for (const std::string agg : {"avg", "min", "max", "last"}) {
      SCOPED_TRACE(step + " " + agg);
      const std::string query = step + "&agg=" + agg;
      const auto mixed = load(query);
      EXPECT_NE(mixed.at("resolution"), "raw");
      expect_near(mixed, load(query + "&resolution=raw"));
    }
  }
}

TEST_F(RolledHistoryTest, RatesAreThoseOfSamplesWhileTheyAreThere) {
  const auto forks = [&](const std::string& query) {
    return get("/api/v1/metrics/process?instance=roll&from=1699912800&to=1699999990&" + query).json();
  };
  for (const std::string step : {"step=1m", "step=1h"}) {
    EXPECT_NE(forks(step).at("resolution"), "raw");
    expect_near(forks(step), forks(step + "&resolution=raw"));
    EXPECT_EQ(forks(step + "&agg=max").at("resolution"), "raw");
    expect_near(forks(step + "&agg=max"), forks(step + "&agg=max&resolution=raw"));
  }
  EXPECT_EQ(forks("step=1h&agg=max&resolution=1h").at("resolution"), "1h");
}

TEST_F(RolledHistoryTest, WhatRetentionTookIsThereAsRollups) {
  const auto whole = load("step=1h&resolution=raw");
  // Thirty days later but for some hours: yesterday goes, today stays.
  ASSERT_TRUE(store_->apply_retention(TimestampMs{kYesterday.ms + 31 * kDay}));
  expect_near(load("step=1h"), whole);
  EXPECT_EQ(load("").at("step"), "2m");
  EXPECT_NE(boost::json::serialize(load("step=1h&resolution=raw")), boost::json::serialize(whole));
  // Without a step, points are no finer than what is left.
  const auto old = get("/api/v1/metrics/load?instance=roll&from=1699912800&to=1699913400").json();
  EXPECT_EQ(old.at("step"), "1m");
  EXPECT_EQ(old.at("resolution"), "1m");
}

}  // namespace
}  // namespace oreum::api
