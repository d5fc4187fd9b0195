#include "net/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/client.h"

namespace oreum::net {
namespace {

TEST(Text, PercentEscapesAreUndoneStrictly) {
  EXPECT_EQ(percent_decode("a%20b%2Fc", false), "a b/c");
  EXPECT_EQ(percent_decode("%ea%B0%80", false), "\xEA\xB0\x80");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("", true), "");
  for (const char* bad : {"%", "%2", "a%2", "%zz", "%2g", "%-1", "100%"}) {
    EXPECT_FALSE(percent_decode(bad, false)) << bad;
  }
}

RC_GTEST_PROP(Text, WhatIsEncodedDecodesToItself, (const std::string& text)) {
  RC_ASSERT(percent_decode(url_encode(text), true) == text);
}

TEST(Text, ATargetIsPathAndQuery) {
  const Result<Target> t = parse_target("/api/v1/a%20b?match[]=up%7Ba%3D%221%22%7D&x=1+2&x=&flag&&=v#fragment");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->path, "/api/v1/a b");
  EXPECT_EQ(t->query, (Fields{{"match[]", R"(up{a="1"})"}, {"x", "1 2"}, {"x", ""}, {"flag", ""}, {"", "v"}}));
}

TEST(Text, ATargetMayBeAbsolute) {
  EXPECT_EQ(parse_target("http://host:1/a/b?c=d")->path, "/a/b");
  EXPECT_EQ(parse_target("http://host:1")->path, "/");
  EXPECT_EQ(parse_target("*")->path, "*");
}

TEST(Text, ABrokenTargetIsAnError) {
  for (const char* bad : {"", "a", "host:443", "/%", "/a%00b", "/?a=%x", "/?%=1", "?a"}) {
    const Result<Target> t = parse_target(bad);
    ASSERT_FALSE(t) << bad;
    EXPECT_EQ(t.error().code(), Code::kInvalidArgument);
  }
}

TEST(Text, GzipIsTakenOnlyWhereItIsWelcome) {
  for (const char* yes : {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.5", "gzip; q=1.0, br", "*",
                          "br, *;q=0.1", "identity;q=0.5, gzip", "gzip;Q=1"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip;q=0.0", "*;q=0", "gzip;q=0, *", "gzip;q=x", "gzip;q=2",
                         "identity, gzip;q=0.5", "gzipped", ",,;", "gzip;q="}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

TEST(Text, OnlyTextIsWorthCompressing) {
  for (const char* yes : {"text/html; charset=utf-8", "application/json", "application/problem+json", "image/svg+xml",
                          "application/openmetrics-text; version=1.0.0"}) {
    EXPECT_TRUE(is_compressible(yes)) << yes;
  }
  for (const char* no : {"", "image/png", "application/octet-stream", "text/event-stream", "font/woff2"}) {
    EXPECT_FALSE(is_compressible(no)) << no;
  }
}

TEST(Text, ARequestIdIsShortAndHarmless) {
  EXPECT_TRUE(is_sane_id("4bf92f3577b34da6-a3ce929d0e0e4736"));
  EXPECT_TRUE(is_sane_id(std::string(128, 'x')));
  EXPECT_FALSE(is_sane_id(std::string(129, 'x')));
  for (const char* bad : {"", "a b", "a\r\nb", "<script>", "\"", "\xEA\xB0\x80"}) EXPECT_FALSE(is_sane_id(bad)) << bad;
}

TEST(Text, ListsHoldTokensInAnyCase) {
  EXPECT_TRUE(list_has("Accept, Accept-Encoding", "accept-encoding"));
  EXPECT_FALSE(list_has("Accept", "accept-encoding"));
  EXPECT_FALSE(list_has("", "a"));
}

}  // namespace
}  // namespace oreum::net
