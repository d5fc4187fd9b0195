#include "base/number.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum {
namespace {

std::string text_of(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

TEST(Number, DoublesPrintAsPrometheusPrintsThem) {
  EXPECT_EQ(text_of(0), "0");
  EXPECT_EQ(text_of(-0.0), "-0");
  EXPECT_EQ(text_of(999999), "999999");
  EXPECT_EQ(text_of(1e6), "1e+06");
  EXPECT_EQ(text_of(1234567), "1.234567e+06");
  EXPECT_EQ(text_of(0.25), "0.25");
  EXPECT_EQ(text_of(0.0001), "0.0001");
  EXPECT_EQ(text_of(0.00001), "1e-05");
  EXPECT_EQ(text_of(1e100), "1e+100");
  EXPECT_EQ(text_of(INFINITY), "+Inf");
  EXPECT_EQ(text_of(-INFINITY), "-Inf");
  EXPECT_EQ(text_of(NAN), "NaN");
}

TEST(Number, TheApiWritesPlainDigitsFarther) {
  const auto api = [](double v) {
    std::string out;
    append_api_double(out, v);
    return out;
  };
  EXPECT_EQ(api(1234567), "1234567");
  EXPECT_EQ(api(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(api(1e21), "1e+21");
  EXPECT_EQ(api(0.000001), "0.000001");
  EXPECT_EQ(api(1e-7), "1e-07");
}

RC_GTEST_PROP(Number, WhatTheApiPrintsReadsBackToo, (double v, int scale)) {
  const double scaled = std::ldexp(v, scale % 80);
  std::string out;
  append_api_double(out, scaled);
  RC_ASSERT(parse_double(out) == scaled);
}

RC_GTEST_PROP(Number, APrintedDoubleReadsBackAsItself, (double v)) { RC_ASSERT(parse_double(text_of(v)) == v); }

TEST(Number, RefusesWhatIsNoNumber) {
  for (const char* text : {"", " 1", "1 ", "+-1", "1x", "0x10", "--1", "e5", "nanx"}) {
    EXPECT_FALSE(parse_double(text)) << text;
  }
  EXPECT_FALSE(parse_u64("-1"));
  EXPECT_FALSE(parse_u64("18446744073709551616"));
  EXPECT_EQ(parse_u64("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(parse_hex("0xff"), 255U);
}

}  // namespace
}  // namespace oreum
