#include "api/bucketing.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;

TEST(Bucketing, AggregatesWhatFallsIntoAPoint) {
  const storage::Columns samples{{-1, 0, 5, 9, 10, 31}, {100, 1, 5, 3, 7, 9}};
  const Grid grid{0, 10, 4};
  const auto text = [&](Aggregation how) {
    std::string out;
    for (const double v : aggregate(samples, grid, how)) out += std::isnan(v) ? "- " : std::to_string(int(v)) + " ";
    return out;
  };
  EXPECT_EQ(text(Aggregation::kAvg), "3 7 - 9 ");
  EXPECT_EQ(text(Aggregation::kMin), "1 7 - 9 ");
  EXPECT_EQ(text(Aggregation::kMax), "5 7 - 9 ");
  EXPECT_EQ(text(Aggregation::kLast), "3 7 - 9 ");
}

TEST(Bucketing, RatesSurviveResetsAndStopAtStaleMarkers) {
  const storage::Columns counter{{0, 2000, 4000, 5000, 6000}, {10, 30, 4, model::stale_marker(), 8}};
  const storage::Columns rate = per_second(counter);
  EXPECT_EQ(rate.t, (std::vector<int64_t>{2000, 4000}));
  EXPECT_EQ(rate.v, (std::vector<double>{10, 2}));
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
            R"([{"metric":"node_load1","labels":{},"values":[1.5E0,3.5E0,null]}])");
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
              HasSubstr(R"("per_second":true,"labels":{},"values":[null,3,3])"));
}

}  // namespace
}  // namespace oreum::api
