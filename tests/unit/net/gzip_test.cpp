#include "net/gzip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::net {
namespace {

RC_GTEST_PROP(Gzip, WhatIsPackedUnpacksToItself, (const std::string& piece)) {
  const auto times = *rc::gen::inRange(0, 300);
  std::string body;
  for (int i = 0; i < times; ++i) body += piece;
  const Result<std::string> back = gunzip(gzip(body), body.size());
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == body);
}

TEST(Gzip, TextShrinks) {
  const std::string body(100'000, 'a');
  EXPECT_LT(gzip(body).size(), 1000U);
}

TEST(Gzip, ABodyCutShortAnywhereIsAnError) {
  const std::string packed = gzip("some text, some text, some text and an end");
  for (size_t n = 0; n < packed.size(); ++n) {
    const Result<std::string> r = gunzip(std::string_view(packed).substr(0, n), 1000);
    ASSERT_FALSE(r) << n;
    EXPECT_EQ(r.error().code(), Code::kInvalidArgument);
  }
}

TEST(Gzip, DamageIsAnError) {
  const std::string packed = gzip("some text, some text, some text and an end");
  EXPECT_FALSE(gunzip("this is no gzip at all, sorry", 1000));
  EXPECT_FALSE(gunzip(packed + "trailing", 1000));
  std::string wrong_crc = packed;
  wrong_crc[wrong_crc.size() - 5] ^= 1;
  EXPECT_FALSE(gunzip(wrong_crc, 1000));
}

TEST(Gzip, SeveralMembersAreOneBody) { EXPECT_EQ(gunzip(gzip("one ") + gzip("two"), 100).value(), "one two"); }

TEST(Gzip, ABombStopsAtTheLimit) {
  std::string bomb = gzip(std::string(size_t{64} << 20, '\0'));
  const Result<std::string> r = gunzip(bomb, size_t{1} << 20);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(gunzip(gzip("12345"), 5).value(), "12345");
  EXPECT_FALSE(gunzip(gzip("123456"), 5));
  EXPECT_FALSE(gunzip(gzip("1"), 0));
}

}  // namespace
}  // namespace oreum::net
