#include <gtest/gtest.h>

#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;

class QueryTest : public ApiTest {
 protected:
  std::string result(std::string target) { return get(std::move(target)).response.body; }
};

TEST_F(QueryTest, AnswersInPrometheusShape) {
  store({{"__name__", "up"}, {"instance", "a"}}, kNow - milliseconds(2500), {1, 0.5});
  store({{"__name__", "up"}, {"instance", "b"}}, kNow, {INFINITY});
  EXPECT_EQ(result("/api/v1/query?query=up&time=1699999999.25"),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"__name__":"up","instance":"a"},"value":[1699999999.250,"0.5"]}]}})");
  EXPECT_THAT(result("/api/v1/query?query=up%7Binstance%3D~%22b%7Cc%22%7D"),
              HasSubstr(R"("value":[1700000000,"+Inf"])"));
  EXPECT_THAT(result("/api/v1/query?query=nothing"), HasSubstr(R"("result":[])"));
  const Answer form = ask({.method = "POST", .target = "/api/v1/query", .body = "query=up&time=1700000000"});
  EXPECT_EQ(form.json().at("data").at("result").as_array().size(), 2U);
}

TEST_F(QueryTest, LooksBackFiveMinutesAndHonoursStaleMarkers) {
  store({{"__name__", "old"}}, kNow - milliseconds(300'000), {1});
  store({{"__name__", "ended"}}, kNow - milliseconds(2000), {1, model::stale_marker()});
  EXPECT_THAT(result("/api/v1/query?query=old"), HasSubstr("[]"));
  EXPECT_THAT(result("/api/v1/query?query=old&time=1699999999.999"), HasSubstr("\"old\""));
  EXPECT_THAT(result("/api/v1/query?query=ended"), HasSubstr("[]"));
  EXPECT_THAT(result("/api/v1/query?query=ended&time=1699999998"), HasSubstr("\"ended\""));
}

TEST_F(QueryTest, ARangeGivesTheSamplesAsTheyAreStored) {
  store({{"__name__", "up"}}, kNow - milliseconds(3000), {1, 1234567, model::stale_marker(), 0.5});
  // Open on the left: of -3 s, -2 s, -1 s and 0 s a range of 3 s holds the last three.
  EXPECT_EQ(result("/api/v1/query?query=up%5B3s%5D"),
            R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up"},)"
            R"("values":[[1699999998,"1234567"],[1700000000,"0.5"]]}]}})");
  EXPECT_THAT(result("/api/v1/query?query=up%5B1s%5D&time=1699999999"), HasSubstr(R"("result":[])"));
}

TEST_F(QueryTest, ErrorsAreInPrometheusShapeToo) {
  for (const char* query : {"", "?query=up%5B5x%5D", "?query=up%5B5m", "?query=up%5B0s%5D", "?query=up&time=x",
                            "?query=%7Ba%3D~%22(%22%7D"}) {
    const Answer answer = get(std::string("/api/v1/query") + query);
    EXPECT_EQ(answer.response.status, 400) << query;
    EXPECT_EQ(answer.json().at("status"), "error");
    EXPECT_EQ(answer.json().at("errorType"), "bad_data");
    EXPECT_THAT(std::string(answer.json().at("error").as_string()), HasSubstr("invalid parameter"));
  }
  EXPECT_EQ(ask({.method = "POST", .target = "/api/v1/query", .body = "query=%zz"}).response.status, 400);
  const Answer far = get("/api/v1/query?query=up&time=-9200000000000000");
  EXPECT_EQ(far.response.status, 422);
  EXPECT_EQ(far.json().at("errorType"), "execution");
}

TEST_F(QueryTest, InstancesAreListedWithTheirNewestSample) {
  store({{"__name__", "m"}, {"instance", "here"}}, kNow - milliseconds(3000), {1, 2});
  store({{"__name__", "n"}, {"instance", "here"}}, kNow - milliseconds(4000), {1});
  store({{"__name__", "m"}, {"instance", "long gone"}}, kNow - milliseconds(20LL * 86'400'000), {1});
  EXPECT_EQ(result("/api/v1/instances"),
            R"({"instances":[{"instance":"here","last_sample":"2023-11-14T22:13:18.000Z","local":true},)"
            R"({"instance":"long gone","last_sample":"2023-10-25T22:13:20.000Z","local":false}]})");
  EXPECT_EQ(get("/api/v1/instances?x=1").response.status, 400);
}

}  // namespace
}  // namespace oreum::api
