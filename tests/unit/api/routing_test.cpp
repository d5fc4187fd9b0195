#include "api/router.h"

#include <set>

#include "api/assets.h"
#include "api_fixture.h"

namespace oreum::api {
namespace {

using testing::HasSubstr;

TEST(Router, FindsByMethodAndTemplate) {
  Routes routes(3);
  routes[0].method = "GET";
  routes[0].path = "/a";
  routes[1].method = "POST";
  routes[1].path = "/a";
  routes[2].method = "GET";
  routes[2].path = "/a/{x}/z";
  const Router router(routes);
  EXPECT_EQ(router.find("POST", "/a").route, &routes[1]);
  EXPECT_EQ(router.find("GET", "/a/b/z").route, &routes[2]);
  EXPECT_EQ(router.find("GET", "/a/b/z").arg, "b");
  for (const char* path : {"/", "/a/", "/a//z", "/a/b/c/z", "/a/b", "", "/A"}) {
    EXPECT_EQ(router.find("GET", path).route, nullptr) << path;
    EXPECT_EQ(router.find("GET", path).allow, "") << path;
  }
  EXPECT_EQ(router.find("PUT", "/a").allow, "GET, HEAD, POST");
}

TEST_F(ApiTest, WhatIsNotThereIsAProblem) {
  const Answer answer = get("/nothing/here");
  EXPECT_EQ(answer.response.status, 404);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.json().at("status"), 404);
  EXPECT_EQ(answer.json().at("title"), "Not Found");
  EXPECT_EQ(answer.json().at("request_id"), "req-1");
  EXPECT_THAT(answer.detail(), HasSubstr("/nothing/here"));
}

TEST_F(ApiTest, AWrongMethodIsToldTheRightOnes) {
  const Answer answer = ask({.method = "DELETE", .target = "/api/v1/query"});
  EXPECT_EQ(answer.response.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST");
}

TEST_F(ApiTest, CountsRequestsUnderTheirTemplates) {
  get("/healthz");
  get("/healthz");
  get("/api/v1/metrics/nonsense");
  get("/no/such/path");
  ask({.method = "BREW", .target = "/other/path"});
  const std::string page = get("/metrics").response.body;
  EXPECT_THAT(page, HasSubstr("http_requests_total{method=\"GET\",path=\"/healthz\",status=\"200\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("{method=\"GET\",path=\"/api/v1/metrics/{type}\",status=\"404\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("{method=\"GET\",path=\"other\",status=\"404\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("{method=\"OTHER\",path=\"other\",status=\"404\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("_bucket{le=\"+Inf\",method=\"GET\",path=\"/healthz\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("http_request_duration_seconds_count{method=\"GET\",path=\"/healthz\"} 2\n"));
}

TEST_F(ApiTest, TheDescriptionNamesEveryRoute) {
  const auto description = get("/openapi.json").json();
  EXPECT_EQ(description.at("openapi"), "3.1.0");
  const auto& paths = description.at("paths").as_object();
  for (const char* path : {"/metrics", "/healthz", "/readyz", "/api/v1/health", "/api/v1/metrics",
                           "/api/v1/metrics/{type}", "/api/v1/instances", "/api/v1/stream", "/api/v1/query",
                           "/api/v1/write", "/openapi.json", "/docs", "/cardinality", "/api/v1/status/cardinality"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
  EXPECT_EQ(paths.at("/api/v1/write").as_object().begin()->key(), "post");
  const std::string docs = get("/docs").response.body;
  for (const auto& path : paths) EXPECT_THAT(docs, HasSubstr(std::string(path.key())));
  EXPECT_THAT(docs, testing::Not(HasSubstr("<script")));
  EXPECT_THAT(get("/docs").header("Content-Security-Policy"), HasSubstr("style-src 'self'"));
  EXPECT_EQ(get("/docs.css").response.status, 200);
}

TEST_F(ApiTest, ServesThePageWithAStrictPolicyAndAnETag) {
  const Answer page = get("/");
  ASSERT_EQ(page.response.status, 200);
  EXPECT_THAT(page.response.body, HasSubstr("<!doctype html>"));  // no Accept-Encoding: not packed
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'; script-src 'self'"));
  EXPECT_THAT(page.header("Content-Security-Policy"), testing::Not(HasSubstr("unsafe")));
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  EXPECT_EQ(get("/", {{"if-none-match", page.header("ETag")}}).response.status, 304);
  EXPECT_EQ(get("/nothing.js").response.status, 404);
}

TEST_F(ApiTest, FilesNamedByTheirContentAreKeptForEver) {
  const std::string page = get("/").response.body;
  size_t hashed = 0;
  for (const Asset& asset : all_assets()) {
    if (!asset.hashed) continue;
    ++hashed;
    const std::string path(asset.path);
    EXPECT_THAT(page, HasSubstr(path));  // the page names all of them, as "./assets/…"
    const Answer answer = get(path, {{"accept-encoding", "gzip"}});
    EXPECT_EQ(answer.header("Content-Encoding"), "gzip") << path;
    EXPECT_THAT(answer.header("Cache-Control"), HasSubstr("immutable")) << path;
    EXPECT_EQ(answer.response.body, asset.bytes) << path;
  }
  EXPECT_GE(hashed, 2U);  // the script and the style
}

TEST_F(ApiTest, TheDashboardIsSmall) {
  constexpr size_t kMost = 150'000;
  size_t total = 0;
  for (const Asset& asset : all_assets()) total += asset.bytes.size();
  EXPECT_GT(total, 10'000U);  // it is there
  EXPECT_LE(total, kMost);
}

TEST_F(ApiTest, AfterStopWaitingRequestsAreAnswered) {
  api().stop();
  EXPECT_EQ(get("/api/v1/instances").response.status, 503);
  EXPECT_EQ(get("/healthz").response.status, 200);
}

}  // namespace
}  // namespace oreum::api
