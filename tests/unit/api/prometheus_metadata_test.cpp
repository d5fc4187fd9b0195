// series, labels, values, metadata, targets, status: shapes of Prometheus 3.
#include "api/prometheus/escaped_name.h"
#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PrometheusMetadataTest : public ApiTest {
 protected:
  std::string body(std::string target) { return get(std::move(target)).response.body; }
  void SetUp() override {
    store({{"__name__", "up"}, {"a", "<x>"}}, kNow, {1});
    store({{"__name__", "up"}, {"a", "y"}}, kNow, {1});
    store({{"__name__", "other.name"}, {"l.x", "1"}}, kNow, {1});
  }
};

TEST_F(PrometheusMetadataTest, SeriesAreSortedAndComeOnce) {
  EXPECT_EQ(body("/api/v1/series?match[]=up&match[]=%7Ba=%22y%22%7D"),
            R"({"status":"success","data":[{"__name__":"up","a":"<x>"},{"__name__":"up","a":"y"}]})");
  EXPECT_EQ(body("/api/v1/series?match[]=none"), R"({"status":"success","data":[]})");
  EXPECT_EQ(body("/api/v1/series?match[]=up&limit=1"), R"({"status":"success","data":[{"__name__":"up","a":"<x>"}],)"
                                                       R"("warnings":["results truncated due to limit"]})");
  EXPECT_EQ(ask({.method = "POST", .target = "/api/v1/series", .body = "match[]=up&limit=0"})
                .json()
                .at("data")
                .as_array()
                .size(),
            2U);
}

TEST_F(PrometheusMetadataTest, SeriesOfATimeAreThoseWithSamplesThen) {
  EXPECT_EQ(body("/api/v1/series?match[]=up&start=1&end=2"), R"({"status":"success","data":[]})");
  EXPECT_EQ(body("/api/v1/series?match[]=up&start=5&end=3"), R"({"status":"success","data":[]})");
  EXPECT_THAT(body("/api/v1/series?match[]=up&start=1700000000&end=1700000000"), HasSubstr("\"y\""));
  ASSERT_TRUE(store_->seal());
  EXPECT_EQ(body("/api/v1/series?match[]=up&start=1&end=2"), R"({"status":"success","data":[]})");
  EXPECT_THAT(body("/api/v1/series?match[]=up&start=1700000000&end=1700000000"), HasSubstr("\"y\""));
}

TEST_F(PrometheusMetadataTest, SeriesNeedsASelectorThatSelects) {
  EXPECT_THAT(body("/api/v1/series"), HasSubstr(R"("bad_data","error":"no match[] parameter provided"})"));
  for (const char* all : {"%7B%7D", "%7Ba=%22%22%7D", "%7Ba=~%22.*%22%7D"}) {
    const Answer answer = get(std::string("/api/v1/series?match[]=") + all);
    EXPECT_EQ(answer.response.status, 400);
    EXPECT_THAT(answer.response.body, HasSubstr("match[] must contain at least one non-empty matcher"));
  }
  EXPECT_THAT(body("/api/v1/series?match[]=up%7B"), HasSubstr(R"(invalid parameter \"match[]\": 1:4: parse error)"));
}

TEST_F(PrometheusMetadataTest, LabelsAndValues) {
  EXPECT_EQ(body("/api/v1/labels"), R"({"status":"success","data":["__name__","a","l.x"]})");
  EXPECT_EQ(body("/api/v1/labels?match[]=up"), R"({"status":"success","data":["__name__","a"]})");
  EXPECT_EQ(body("/api/v1/labels?end=5"), R"({"status":"success","data":[]})");
  EXPECT_EQ(body("/api/v1/label/a/values"), R"({"status":"success","data":["\u003cx\u003e","y"]})");
  EXPECT_EQ(body("/api/v1/label/a/values?match[]=%7Ba!=%22y%22,__name__=%22up%22%7D"),
            R"({"status":"success","data":["\u003cx\u003e"]})");
  EXPECT_EQ(body("/api/v1/label/U__l_2e_x/values"), R"({"status":"success","data":["1"]})");
  EXPECT_EQ(body("/api/v1/label/l.x/values"), R"({"status":"success","data":["1"]})");
  EXPECT_EQ(body("/api/v1/label/none/values"), R"({"status":"success","data":[]})");
  EXPECT_EQ(get("/api/v1/label/%FF/values").response.status, 400);
}

TEST(EscapedName, IsUnescapedOrMeansItself) {
  using prometheus::unescape_name;
  EXPECT_EQ(unescape_name("plain"), "plain");
  EXPECT_EQ(unescape_name("U__a__b_2e_c"), "a_b.c");
  EXPECT_EQ(unescape_name("U___1f600_"), "\xF0\x9F\x98\x80");
  for (const char* bad : {"U__a_", "U__a_zz_", "U__a_110000_", "U__a_d800_", "U__a.b", "U__a_0000000_"}) {
    EXPECT_EQ(unescape_name(bad), bad);
  }
}

TEST_F(PrometheusMetadataTest, MetadataIsOfWhatIsCollected) {
  collect([&](collect::Sink& sink) {
    sink.emit({"b_total", "B & more.", model::MetricType::kCounter}, {}, 1);
    gauge(sink, "a", 1);
  });
  EXPECT_EQ(body("/api/v1/metadata?metric=b_total"),
            R"({"status":"success","data":{"b_total":[{"type":"counter","help":"B \u0026 more.","unit":""}]}})");
  EXPECT_THAT(body("/api/v1/metadata?limit=1"),
              StartsWith(R"({"status":"success","data":{"a":[{"type":"gauge","help":"Help.","unit":""}]}})"));
  EXPECT_EQ(body("/api/v1/metadata?limit=0"), R"({"status":"success","data":{}})");
  EXPECT_THAT(body("/api/v1/metadata?metric=http_request_duration_seconds"), HasSubstr(R"("type":"histogram")"));
  EXPECT_THAT(body("/api/v1/metadata?limit=x"), HasSubstr("\"limit must be a number\""));
}

TEST_F(PrometheusMetadataTest, CollectorsAreTargets) {
  collect([&](collect::Sink& sink) { gauge(sink, "x", 1); });
  const auto data = get("/api/v1/targets").json().at("data");
  const auto& target = data.at("activeTargets").at(0);
  EXPECT_EQ(target.at("labels").at("collector"), "test");
  EXPECT_EQ(target.at("health"), "up");
  EXPECT_EQ(target.at("lastScrape"), "2023-11-14T22:13:20.000Z");
  EXPECT_TRUE(data.at("droppedTargets").as_array().empty());
  EXPECT_EQ(body("/api/v1/targets?state=dropped"),
            R"({"status":"success","data":{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":{}}})");
}

TEST_F(PrometheusMetadataTest, EmptyListsHaveTheirShape) {
  EXPECT_EQ(body("/api/v1/rules"), R"({"status":"success","data":{"groups":[]}})");
  EXPECT_EQ(get("/api/v1/rules?type=x").response.status, 400);
  EXPECT_EQ(body("/api/v1/alerts"), R"({"status":"success","data":{"alerts":[]}})");
  EXPECT_EQ(body("/api/v1/alertmanagers"),
            R"({"status":"success","data":{"activeAlertmanagers":[],"droppedAlertmanagers":[]}})");
  EXPECT_EQ(body("/api/v1/query_exemplars?query=up&start=1&end=2"), R"({"status":"success","data":[]})");
  EXPECT_EQ(get("/api/v1/query_exemplars?query=up(").response.status, 400);
  EXPECT_EQ(body("/api/v1/status/walreplay"), R"({"status":"success","data":{"min":0,"max":0,"current":0}})");
}

TEST_F(PrometheusMetadataTest, StatusSaysWhatTheStoreHolds) {
  EXPECT_THAT(body("/api/v1/status/tsdb"), StartsWith(R"({"status":"success","data":{"headStats":{"numSeries":3,)"));
  EXPECT_THAT(body("/api/v1/status/tsdb?limit=1"),
              HasSubstr(R"("seriesCountByMetricName":[{"name":"up","value":2}],)"));
  EXPECT_EQ(get("/api/v1/status/tsdb?limit=0").response.status, 400);
  EXPECT_THAT(body("/api/v1/status/buildinfo"), HasSubstr(R"("branch":"oreum-1.2.3")"));
  EXPECT_THAT(body("/api/v1/status/runtimeinfo"), HasSubstr(R"("startTime":"2023-11-14T22:13:20.000Z")"));
  EXPECT_THAT(body("/api/v1/features"), HasSubstr(R"("rate":true)"));
  EXPECT_THAT(body("/api/v1/status/queries"), HasSubstr(R"({"queries":[]})"));
}

TEST_F(PrometheusMetadataTest, FederatesTheNewest) {
  store({{"__name__", "up"}, {"a", "old"}}, kNow - milliseconds(300'000), {1});
  store({{"__name__", "up"}, {"a", "gone"}}, kNow, {model::stale_marker()});
  const Answer answer = get("/federate?match[]=up&match[]=%7B%22other.name%22%7D");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(answer.response.body,
            "# TYPE other_name untyped\n"
            "other_name{l_x=\"1\",instance=\"\"} 1 1700000000000\n"
            "# TYPE up untyped\n"
            "up{a=\"<x>\",instance=\"\"} 1 1700000000000\n"
            "up{a=\"y\",instance=\"\"} 1 1700000000000\n");
  EXPECT_EQ(
      get("/federate?match[]=%7B%22other.name%22%7D", {{"accept", "text/plain;escaping=allow-utf-8"}}).response.body,
      "# TYPE \"other.name\" untyped\n{\"other.name\",\"l.x\"=\"1\",instance=\"\"} 1 1700000000000\n");
  EXPECT_EQ(body("/federate"), "");
  EXPECT_EQ(get("/federate?match[]=up%7B").response.status, 400);
}

}  // namespace
}  // namespace oreum::api
