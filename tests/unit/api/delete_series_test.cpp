#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;

class DeleteSeriesTest : public ApiTest {
 protected:
  Services services() override {
    Services s = ApiTest::services();
    s.admin_api = on_;
    return s;
  }
  Answer post(std::string query) {
    return ask({.method = "POST", .target = "/api/v1/admin/tsdb/delete_series" + std::move(query)});
  }
  void fill() {
    for (const char* job : {"a", "b"}) store({{"__name__", "m"}, {"job", job}}, kNow, {1, 2, 3});
  }
  bool on_ = true;
};

TEST_F(DeleteSeriesTest, IsOffUnlessItIsSwitchedOn) {
  on_ = false;
  fill();
  const Answer answer = post("?match[]=m");
  EXPECT_EQ(answer.response.status, 500);  // as Prometheus answers it
  EXPECT_EQ(answer.json().at("errorType"), "unavailable");
  EXPECT_THAT(std::string(answer.json().at("error").as_string()), HasSubstr("--admin-api"));
  EXPECT_EQ(store_->stats().samples, 6U);
}

TEST_F(DeleteSeriesTest, DeletesWhatMatchesAndSaysHowMuch) {
  fill();
  const Answer answer = post("?match[]=m{job=\"a\"}");
  EXPECT_EQ(answer.response.status, 204);
  EXPECT_EQ(store_->stats().samples, 3U);
  EXPECT_EQ(store_->stats().series, 1U);
  EXPECT_EQ(post("?match[]=m{job=\"b\"}&match[]=other&end=1").response.status, 204);
  EXPECT_EQ(store_->stats().samples, 3U);
}

TEST_F(DeleteSeriesTest, BadParametersDeleteNothing) {
  fill();
  for (const char* bad : {"", "?match[]={", "?match[]={a=\"\"}", "?match[]=m&start=x", "?match[]=m&start=5&end=4"}) {
    EXPECT_EQ(post(bad).response.status, 400) << bad;
  }
  EXPECT_EQ(store_->stats().samples, 6U);
}

}  // namespace
}  // namespace oreum::api
