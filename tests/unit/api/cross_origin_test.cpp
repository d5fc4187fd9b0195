// What other sites' pages may do, through the whole Api.
#include "api_fixture.h"

namespace oreum::api {
namespace {

const net::Fields kForeign{{"origin", "https://foreign.example"}, {"sec-fetch-site", "cross-site"}};
const net::Fields kFriend{{"origin", "https://friend.example"}, {"sec-fetch-site", "cross-site"}};
constexpr const char* kQuery = "/api/v1/query?query=1&time=1";

class CrossOriginTest : public ApiTest {
 protected:
  Services services() override {
    Services s = ApiTest::services();
    s.cors_origins = origins_;
    return s;
  }
  static std::string allowed(const Answer& answer) { return answer.header("Access-Control-Allow-Origin"); }
  Answer form(net::Fields headers) {
    headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    return ask({.method = "POST", .target = "/api/v1/query", .headers = std::move(headers), .body = "query=1&time=1"});
  }

  std::vector<std::string> origins_;
};

TEST_F(CrossOriginTest, NothingIsSentUnlessItIsSet) {
  const Answer answer = get(kQuery, kForeign);
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(allowed(answer), "");
}

TEST_F(CrossOriginTest, AnAllowedPageReadsWhatItAsks) {
  origins_ = {"https://other.example", "https://friend.example"};
  for (const Answer& answer : {get(kQuery, kFriend), form(kFriend), get("/no/such/path", kFriend)}) {
    EXPECT_EQ(allowed(answer), "https://friend.example");
    EXPECT_EQ(answer.header("Access-Control-Expose-Headers"), "Date");
  }
  const Answer foreign = get(kQuery, kForeign);
  EXPECT_EQ(allowed(foreign), "");
  EXPECT_EQ(foreign.response.headers.back(), (std::pair<std::string, std::string>("Vary", "Origin")));
}

TEST_F(CrossOriginTest, AStarIsEveryPage) {
  origins_ = {"*"};
  EXPECT_EQ(allowed(get(kQuery, kForeign)), "https://foreign.example");
  EXPECT_EQ(form(kForeign).response.status, 200);
}

TEST_F(CrossOriginTest, ABrowserThatAsksFirstIsTold) {
  origins_ = {"https://friend.example"};
  const Answer answer = ask({.method = "OPTIONS", .target = "/api/v1/query", .headers = kFriend});
  EXPECT_EQ(answer.response.status, 204);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
  EXPECT_EQ(answer.header("Access-Control-Allow-Headers"), "Accept, Authorization, Content-Type, Origin");
  EXPECT_EQ(ask({.method = "OPTIONS", .target = "/no/such/path", .headers = kFriend}).response.status, 404);
}

TEST_F(CrossOriginTest, AFormOfAForeignPageIsRefused) {
  EXPECT_EQ(form(kForeign).response.status, 403);
  EXPECT_THAT(form(kForeign).detail(), testing::HasSubstr("cors_origins"));
  EXPECT_EQ(form({{"sec-fetch-site", "cross-site"}}).response.status, 403);
  EXPECT_EQ(form({{"sec-fetch-site", "same-origin"}, {"origin", "http://here"}}).response.status, 200);
  EXPECT_EQ(form({}).response.status, 200) << "no browser";
}

}  // namespace
}  // namespace oreum::api
