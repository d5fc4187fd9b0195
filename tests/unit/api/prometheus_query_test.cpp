// query, query_range, format_query, parse_query: shapes, parameters and errors of Prometheus 3.
#include <atomic>

#include "api/prometheus/queries.h"
#include "api/prometheus/result_json.h"
#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PrometheusQueryTest : public ApiTest {
 protected:
  std::string body(std::string target) { return get(std::move(target)).response.body; }
  std::string error_of(std::string target, int status, std::string_view type) {
    const Answer answer = get(std::move(target));
    EXPECT_EQ(answer.response.status, status) << answer.response.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.json().at("status"), "error");
    EXPECT_EQ(answer.json().at("errorType"), boost::json::string_view(type.data(), type.size()));
    return std::string(answer.json().at("error").as_string());
  }
};

TEST_F(PrometheusQueryTest, AScalarAndAString) {
  EXPECT_EQ(body("/api/v1/query?query=1%2B1&time=1.5"),
            R"({"status":"success","data":{"resultType":"scalar","result":[1.500,"2"]}})");
  EXPECT_EQ(body("/api/v1/query?query=%22a%3Cb%22&time=-1.25"),
            R"({"status":"success","data":{"resultType":"string","result":[-1.250,"a\u003cb"]}})");
}

TEST_F(PrometheusQueryTest, ARangeHasPointsWhereThereAreSamples) {
  store({{"__name__", "m"}, {"a", "<\""}}, kNow, {1, 1e21, 1e-7, -0.0, 123456789});
  EXPECT_EQ(
      body("/api/v1/query_range?query=m&start=1699999999&end=1700000004.5&step=1s&lookback_delta=1s"),
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"m","a":"<\""},"values":[)"
      R"([1700000000,"1"],[1700000001,"1e+21"],[1700000002,"1e-07"],[1700000003,"-0"],[1700000004,"123456789"]]}]}})");
  EXPECT_EQ(body("/api/v1/query_range?query=none&start=1&end=2&step=1"),
            R"({"status":"success","data":{"resultType":"matrix","result":[]}})");
}

TEST_F(PrometheusQueryTest, ARangeAsColumnsHasAPlaceForEachStep) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  store({{"__name__", "m"}, {"a", "1"}}, kNow, {1, 0.1, kInfinity, std::nan("")});
  const std::string q = "/api/v1/query_range?query=m&start=1699999999&end=1700000004&step=1s&lookback_delta=1s&format=";
  EXPECT_EQ(body(q + "columns"),
            R"({"status":"success","data":{"resultType":"columns","start":1699999999,"step":1,"result":[{"metric":)"
            R"({"__name__":"m","a":"1"},"values":[null,1,0.1,"+Inf","NaN",null]}]}})");
  EXPECT_EQ(body("/api/v1/query_range?query=none&start=1&end=2&step=1.5&format=columns"),
            R"({"status":"success","data":{"resultType":"columns","start":1,"step":1.500,"result":[]}})");
  EXPECT_EQ(get(q + "matrix").json().at("data").at("resultType").as_string(), "matrix");
  EXPECT_EQ(get(q + "rows").response.status, 400);
}

TEST_F(PrometheusQueryTest, ALimitTruncatesAndSaysSo) {
  for (const char* a : {"1", "2", "3"}) store({{"__name__", "m"}, {"a", a}}, kNow, {1});
  const Answer two = get("/api/v1/query?query=m&limit=2");
  EXPECT_EQ(two.json().at("data").at("result").as_array().size(), 2U);
  EXPECT_THAT(two.response.body, HasSubstr(R"(},"warnings":["results truncated due to limit"]})"));
  for (const char* all : {"0", "3"}) {
    const Answer answer = get(std::string("/api/v1/query?query=m&limit=") + all);
    EXPECT_EQ(answer.json().at("data").at("result").as_array().size(), 3U);
    EXPECT_THAT(answer.response.body, Not(HasSubstr("warnings")));
  }
}

/// Few series are answered on the thread that asks, more of them in the pool: nobody can tell, and each counts once.
TEST_F(PrometheusQueryTest, FewAndManySeriesAreAnsweredAlike) {
  for (int i = 0; i < 40; ++i) store({{"__name__", "m"}, {"i", std::to_string(i)}}, kNow, {static_cast<double>(i)});
  const Answer few = get("/api/v1/query?query=m%7Bi%3D%227%22%7D&time=1700000000");
  EXPECT_EQ(few.response.body, R"({"status":"success","data":{"resultType":"vector","result":[)"
                               R"({"metric":{"__name__":"m","i":"7"},"value":[1700000000,"7"]}]}})");
  EXPECT_EQ(few.header("Content-Type"), "application/json");
  EXPECT_EQ(get("/api/v1/query?query=m&time=1700000000").json().at("data").at("result").as_array().size(), 40U);
  EXPECT_THAT(error_of("/api/v1/query?query=m%7B", 400, "bad_data"), HasSubstr("1:3"));
  const std::string metrics = get("/metrics").response.body;
  EXPECT_THAT(metrics, HasSubstr(R"(oreum_query_duration_seconds_count{outcome="success"} 2)"));
  EXPECT_THAT(metrics, HasSubstr(R"(oreum_query_duration_seconds_count{outcome="error"} 1)"));
}

TEST_F(PrometheusQueryTest, InfosNameThePlace) {
  store({{"__name__", "m"}}, kNow - milliseconds(60'000), std::vector<double>(60, 1));
  EXPECT_THAT(body("/api/v1/query?query=rate(m%5B1m%5D)"),
              HasSubstr(R"("infos":["PromQL info: metric might not be a counter, name does not end in )"
                        R"x(_total/_sum/_count/_bucket: \"m\" (1:6)"]})x"));
}

TEST_F(PrometheusQueryTest, StatsSayHowMuchWasRead) {
  store({{"__name__", "m"}}, kNow, {1});
  EXPECT_THAT(body("/api/v1/query?query=m&stats=all"), HasSubstr(R"("samples":{"totalQueryableSamples":1,)"));
  EXPECT_THAT(body("/api/v1/query?query=m&stats=all"), HasSubstr(R"(,"stats":{"timings":{"evalTotalTime":)"));
  EXPECT_THAT(body("/api/v1/query?query=m&stats="), Not(HasSubstr("stats")));
}

TEST_F(PrometheusQueryTest, ParametersAreCheckedInPrometheusWords) {
  const std::string q = "/api/v1/query?query=m&";
  EXPECT_EQ(error_of(q + "time=x", 400, "bad_data"),
            "invalid parameter \"time\": invalid time value for 'time': cannot parse \"x\" to a valid timestamp");
  EXPECT_EQ(error_of(q + "limit=x", 400, "bad_data"),
            "invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax");
  EXPECT_EQ(error_of(q + "limit=-1", 400, "bad_data"), "invalid parameter \"limit\": limit must be non-negative");
  EXPECT_EQ(error_of(q + "timeout=0", 400, "bad_data"),
            "invalid parameter \"timeout\": timeout must be positive, got 0s");
  EXPECT_EQ(error_of(q + "timeout=x", 400, "bad_data"),
            "invalid parameter \"timeout\": cannot parse \"x\" to a valid duration");
  EXPECT_EQ(error_of(q + "lookback_delta=1e99", 400, "bad_data"),
            "error parsing lookback delta duration: cannot parse \"1e99\" to a valid duration. It overflows int64");
  const std::string r = "/api/v1/query_range?query=m";
  EXPECT_EQ(error_of(r, 400, "bad_data"), "invalid parameter \"start\": cannot parse \"\" to a valid timestamp");
  EXPECT_EQ(error_of(r + "&start=2&end=1&step=1", 400, "bad_data"),
            "invalid parameter \"end\": end timestamp must not be before start time");
  EXPECT_THAT(error_of(r + "&start=1&end=2&step=0", 400, "bad_data"), HasSubstr("zero or negative"));
  EXPECT_EQ(error_of(r + "&start=1&end=2&step=", 400, "bad_data"),
            "invalid parameter \"step\": cannot parse \"\" to a valid duration");
  EXPECT_THAT(error_of(r + "&start=0&end=11001&step=1", 400, "bad_data"), StartsWith("exceeded maximum resolution"));
  EXPECT_EQ(get(r + "&start=0&end=11000&step=1").response.status, 200);
  EXPECT_THAT(error_of("/api/v1/query_range?query=m%5B1m%5D&start=1&end=2&step=1", 400, "bad_data"),
              HasSubstr("invalid expression type \"range vector\" for range query"));
}

TEST_F(PrometheusQueryTest, WhatCannotBeEvaluatedIs422) {
  for (const char* a : {"1", "2"}) store({{"__name__", "m"}, {"a", a}}, kNow, {1});
  EXPECT_THAT(error_of("/api/v1/query?query=m%2Bon()m", 422, "execution"), HasSubstr("duplicate series"));
  EXPECT_THAT(error_of("/api/v1/query?query=m%2B", 400, "bad_data"),
              StartsWith("invalid parameter \"query\": 1:3: parse error:"));
}

TEST_F(PrometheusQueryTest, AFormInTheBodyComesFirst) {
  const Answer answer = ask({.method = "POST", .target = "/api/v1/query?query=1&time=5", .body = "query=2"});
  EXPECT_THAT(answer.response.body, HasSubstr(R"([5,"2"])"));
}

TEST_F(PrometheusQueryTest, AClientThatIsGoneEndsItsQuery) {
  for (int i = 0; i < 50; ++i) store({{"__name__", "m"}, {"a", std::to_string(i)}}, kNow, {1});
  const auto gone = std::make_shared<std::atomic<bool>>(true);
  std::promise<Answer> promise;
  auto answer = promise.get_future();
  net::Request request;
  request.method = "GET";
  request.path = "/api/v1/query";
  request.query = {{"query", "sum(m)"}};
  request.client_gone = gone;
  api().handler()(std::move(request), std::make_unique<FakeResponder>(std::move(promise)));
  const Answer got = answer.get();
  EXPECT_EQ(got.response.status, 499);
  EXPECT_EQ(got.json().at("errorType"), "canceled");
  EXPECT_THAT(get("/metrics").response.body, HasSubstr(R"(oreum_query_duration_seconds_count{outcome="canceled"} 1)"));
}

TEST_F(PrometheusQueryTest, FormatsAndParses) {
  EXPECT_EQ(body("/api/v1/format_query?query=sum(up)by(job)"), R"x({"status":"success","data":"sum by (job) (up)"})x");
  EXPECT_EQ(error_of("/api/v1/format_query", 400, "bad_data"),
            "invalid parameter \"query\": unknown position: parse error: no expression found in input");
  EXPECT_EQ(body("/api/v1/parse_query?query=1e30"),
            R"({"status":"success","data":{"type":"numberLiteral","val":"1000000000000000000000000000000"}})");
  EXPECT_EQ(body("/api/v1/parse_query?query=foo%7Ba%3D%22b%22%7D%5B5m%5D%20%40%20end()"),
            R"({"status":"success","data":{"anchored":false,"matchers":[{"name":"a","type":"=","value":"b"},)"
            R"({"name":"__name__","type":"=","value":"foo"}],"name":"foo","offset":0,"offsetExpr":null,"range":300000,)"
            R"("rangeExpr":null,"smoothed":false,"startOrEnd":"end","timestamp":null,"type":"matrixSelector"}})");
}

TEST(ActiveQueries, AreListedWhileTheyRun) {
  const ManualClock clock(kNow);
  prometheus::Queries queries(clock, milliseconds(60'000));
  {
    prometheus::Queries::Running a(queries, "up", "1.2.3.4:5");
    prometheus::Queries::Running b(queries, "sum(up)", "");
    const auto active = queries.active();
    ASSERT_EQ(active.size(), 2U);
    EXPECT_EQ(active[0].text, "up");
    EXPECT_EQ(active[0].client, "1.2.3.4:5");
    EXPECT_EQ(active[0].started, kNow);
    EXPECT_LT(active[0].id, active[1].id);
    b.succeeded(7);
  }
  EXPECT_TRUE(queries.active().empty());
  OwnMetrics metrics;
  queries.append_to(metrics);
  double successes = 0;
  double errors = 0;
  for (const OwnMetric& m : metrics) {
    if (m.desc.name != "oreum_query_duration_seconds_count") continue;
    if (m.labels.get("outcome") == "success") successes = m.value;
    if (m.labels.get("outcome") == "error") errors = m.value;
  }
  EXPECT_EQ(successes, 1);
  EXPECT_EQ(errors, 1);
}

TEST(ResultJson, ASeriesWithoutPointsIsLeftOut) {
  promql::QueryResult result;
  result.grid = {0, 1000, 2};
  const double none = promql::absent();
  result.value = promql::OutputMatrix{{model::Labels::of({{"a", "1"}}), {none, none}},
                                      {model::Labels::of({{"a", "2"}}), {none, NAN}},
                                      {model::Labels(), {-INFINITY, none}}};
  std::string out;
  prometheus::append_result(out, result);
  EXPECT_EQ(out, R"("resultType":"matrix","result":[{"metric":{"a":"2"},"values":[[1,"NaN"]]},)"
                 R"({"metric":{},"values":[[0,"-Inf"]]}])");
}

}  // namespace
}  // namespace oreum::api
