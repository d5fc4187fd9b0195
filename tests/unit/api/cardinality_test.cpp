#include "api_fixture.h"
#include "encoding/remote_write.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class CardinalityTest : public ApiTest {
 protected:
  void fill() {
    for (int i = 0; i < 30; ++i) {
      store({{"__name__", "requests"}, {"session", "s" + std::to_string(i)}, {"job", "web"}}, kNow, {1});
    }
    for (int i = 0; i < 3; ++i) store({{"__name__", "load"}, {"cpu", std::to_string(i)}, {"job", "node"}}, kNow, {1});
  }
};

TEST_F(CardinalityTest, SaysWhichLabelExplodes) {
  fill();
  const auto all = get("/api/v1/status/cardinality").json();
  EXPECT_EQ(all.at("series"), 33);
  EXPECT_EQ(all.at("label_names"), 4);
  EXPECT_EQ(all.at("label_pairs"), 2 + 30 + 3 + 2);
  EXPECT_EQ(all.at("metrics"),
            boost::json::parse(R"([{"name": "requests", "series": 30}, {"name": "load", "series": 3}])"));
  EXPECT_EQ(all.at("labels").at(0), boost::json::parse(R"({"name": "session", "values": 30})"));
  EXPECT_EQ(all.at("labels").as_array().size(), 4U);
  EXPECT_EQ(all.at("pairs").at(0), boost::json::parse(R"({"name": "__name__", "value": "requests", "series": 30})"));
  EXPECT_EQ(all.at("pairs").at(1), boost::json::parse(R"({"name": "job", "value": "web", "series": 30})"));
  EXPECT_EQ(all.at("pairs").as_array().size(), 20U);
  // 30 × (8 + 8) + 3 × (8 + 4)
  EXPECT_EQ(all.at("labels_by_bytes").at(0), boost::json::parse(R"({"name": "__name__", "bytes": 516})"));
}

TEST_F(CardinalityTest, TheLimitIsChecked) {
  fill();
  const auto one = get("/api/v1/status/cardinality?limit=1").json();
  EXPECT_EQ(one.at("labels"), boost::json::parse(R"([{"name": "session", "values": 30}])"));
  EXPECT_EQ(one.at("pairs").as_array().size(), 1U);
  for (const char* bad : {"0", "-1", "10001", "x", "", "99999999999999999999"}) {
    const Answer answer = get(std::string("/api/v1/status/cardinality?limit=") + bad);
    EXPECT_EQ(answer.response.status, 400) << bad;
    EXPECT_THAT(answer.detail(), HasSubstr("parameter limit: expected a number from 1 to 10000"));
  }
  EXPECT_EQ(get("/cardinality?other=1").response.status, 400);
}

TEST_F(CardinalityTest, AnEmptyStoreHasAnAnswer) {
  const auto all = get("/api/v1/status/cardinality").json();
  EXPECT_EQ(all.at("series"), 0);
  EXPECT_TRUE(all.at("labels").as_array().empty());
  EXPECT_THAT(get("/cardinality").response.body, HasSubstr("0 series"));
}

TEST_F(CardinalityTest, ThePageShowsHostileNamesAsText) {
  store({{"__name__", "m"}, {"evil", "</td><script>alert('1')</script>&\""}}, kNow, {1});
  store({{"__name__", "m"}, {"long", std::string(199, 'a') + "\xC3\xA9" + std::string(5000, 'b')}}, kNow, {1});
  const Answer page = get("/cardinality");
  EXPECT_EQ(page.response.status, 200);
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("style-src 'self'"));
  EXPECT_THAT(page.response.body, Not(HasSubstr("<script")));
  EXPECT_THAT(page.response.body,
              HasSubstr("<td>evil=&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;</td>"));
  EXPECT_THAT(page.response.body, HasSubstr("long=" + std::string(199, 'a') + "…</td>"));
}

class LimitTest : public ApiTest {
 protected:
  LimitTest() {
    store_.reset();
    auto store = storage::SqliteStore::open(
        {.folder = dir_.path(), .clock = clock_, .max_series = 5, .max_series_per_metric = 2, .background = false});
    EXPECT_TRUE(store) << store.error().to_string();
    store_ = *std::move(store);
  }
  Answer push(std::initializer_list<std::pair<std::string_view, std::string_view>> series) {
    model::Batch batch;
    for (const auto& [name, id] : series) {
      batch.add(batch.own(model::Series(model::Labels::of({{"__name__", name}, {"id", id}}))), kNow, 1);
    }
    return ask({.method = "POST",
                .target = "/api/v1/write",
                .headers = {{"content-type", "application/x-protobuf"}, {"content-encoding", "snappy"}},
                .body = encoding::encode_remote_write(batch)});
  }
};

TEST_F(LimitTest, ARefusalNamesTheLimitAndWhatToDo) {
  EXPECT_EQ(push({{"a", "1"}, {"a", "2"}}).response.status, 204);
  const Answer metric = push({{"a", "3"}, {"b", "1"}});
  EXPECT_GE(metric.response.status, 400);
  EXPECT_THAT(metric.response.body,
              HasSubstr("1 samples would exceed a limit: a{id=\"3\"}: the limit of 2 series of one "
                        "metric is reached (max_series_per_metric); /cardinality shows"));
  // Within one request, too; what is known already goes on.
  EXPECT_THAT(push({{"a", "1"}, {"b", "2"}, {"b", "3"}}).response.body, HasSubstr("1 samples would exceed"));
  EXPECT_EQ(push({{"c", "1"}}).response.status, 204);
  const Answer all = push({{"d", "1"}});
  EXPECT_THAT(all.response.body, HasSubstr("d{id=\"1\"}: the limit of 5 series is reached (max_series); /cardinality"));
  EXPECT_EQ(get("/api/v1/status/cardinality").json().at("series"), 5);
  const std::string page = get("/metrics").response.body;
  EXPECT_THAT(page, HasSubstr("oreum_store_series 5\n"));
  EXPECT_THAT(page, HasSubstr("oreum_store_rejected_samples_total 3\n"));
}

}  // namespace
}  // namespace oreum::api
