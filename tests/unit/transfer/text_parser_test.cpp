#include "transfer/text_parser.h"

#include <bit>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace oreum::transfer {
namespace {

/// "series t bits" of a line, "nothing", "end" or the error.
std::string read(std::string_view line, TextFormat format = TextFormat::kOpenMetrics) {
  TextParser parser(format);
  TextParser::Sample sample;
  const auto kind = parser.parse(line, sample);
  if (!kind) return kind.error().to_string();
  if (*kind == TextParser::Kind::kNothing) return "nothing";
  if (*kind == TextParser::Kind::kEnd) return "end";
  return fmt::format("{} {} {}", sample.series->labels.to_string(), sample.t.ms, sample.v);
}

TEST(TextParser, ReadsSamples) {
  EXPECT_EQ(read("up 1 1700000000"), "up 1700000000000 1");
  EXPECT_EQ(read("up{} 1 1700000000.5"), "up 1700000000500 1");
  EXPECT_EQ(read("a{b=\"c\",d=\"e\"} -0 1.001"), "a{b=\"c\",d=\"e\"} 1001 -0");
  EXPECT_EQ(read("a {d = \"e\" , b=\"}\",} +Inf -0.25\r"), "a{b=\"}\",d=\"e\"} -250 inf");
  EXPECT_EQ(read("a{b=\"x\\\\y\\\"z\\n\"} 1e-7 1"), "a{b=\"x\\\\y\\\"z\\n\"} 1000 1e-07");
  EXPECT_EQ(read("a_total{b=\"c\"} 5 2 # {trace_id=\"x\"} 1 3"), "a_total{b=\"c\"} 2000 5");
  EXPECT_EQ(read("{\"my.metric\",\"a b\"=\"c\"} 5 2"), read("{__name__=\"my.metric\",\"a b\"=\"c\"} 5 2"));
  EXPECT_EQ(read("up 1 1700000000123", TextFormat::kPrometheus), "up 1700000000123 1");
  EXPECT_EQ(read("{__name__=\"up\", job=\"x\"} 1 -5", TextFormat::kPrometheus), "up{job=\"x\"} -5 1");
}

TEST(TextParser, RoundsTimesToMilliseconds) {
  EXPECT_EQ(read("x 1 1.0004"), "x 1000 1");
  EXPECT_EQ(read("x 1 1.0005"), "x 1001 1");
  EXPECT_EQ(read("x 1 1.7e9"), "x 1700000000000 1");
  EXPECT_EQ(read("x 1 253402300799.999"), "x 253402300799999 1");
}

TEST(TextParser, ReadsOverWhatIsNoSample) {
  EXPECT_EQ(read(""), "nothing");
  EXPECT_EQ(read("  \r"), "nothing");
  EXPECT_EQ(read("# TYPE up gauge"), "nothing");
  EXPECT_EQ(read("#"), "nothing");
  EXPECT_EQ(read("# EOF"), "end");
}

TEST(TextParser, NamesTheColumnOfWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {" up 1 2", "column 1: expected a metric name"},
      {"1up 1 2", "column 1: expected a metric name"},
      {"{a=\"b\"} 1 2", "column 1: expected a metric name"},
      {"up", "column 3: expected a number"},
      {"up one 2", "column 4: expected a number"},
      {"up 0x5 2", "column 4: expected a number"},
      {"up 1", "column 5: expected a time"},
      {"up 1 # {a=\"b\"} 1", "column 6: expected a time"},
      {"up 1 soon", "column 6: expected a time in seconds"},
      {"up 1 nan", "column 6: expected a time in seconds"},
      {"up 1 1700000000123", "say --format prometheus"},
      {"up 1 2 3", "column 8: expected the end"},
      {"up{a=\"b\" 1 2", "expected }"},
      {"up{a=\"b 1 2", "expected \""},
      {"up{a=b} 1 2", "column 6: expected \""},
      {"up{a} 1 2", "column 5: expected ="},
      {"up{1a=\"b\"} 1 2", "column 4: expected a label name"},
      {"up{a=\"\\x\"} 1 2", "expected \\\\"},
      {"up{a=\"b\" c=\"d\"} 1 2", "expected , or }"},
      {"up{a=\"b\",a=\"c\"} 1 2", "comes twice"},
      {"up{\"x\"} 1 2", "comes twice"},
      {"up{a=\"\xff\"} 1 2", "not UTF-8"},
      {"up{\"\"=\"b\"} 1 2", "without a name"},
  };
  for (const auto& [line, why] : bad) EXPECT_NE(read(line).find(why), std::string::npos) << line << ": " << read(line);
  EXPECT_NE(read("up 1 1.5", TextFormat::kPrometheus).find("--format openmetrics"), std::string::npos);
}

TEST(TextParser, TheSameBeginningIsNotTheSameSeries) {
  TextParser parser(TextFormat::kOpenMetrics);
  TextParser::Sample a;
  TextParser::Sample b;
  ASSERT_TRUE(parser.parse("up 1 1", a));
  ASSERT_TRUE(parser.parse("up {a=\"b\"} 1 1", b));
  EXPECT_EQ(b.series->labels.to_string(), "up{a=\"b\"}");
  ASSERT_TRUE(parser.parse("up2 1 1", b));
  EXPECT_EQ(b.series->labels.to_string(), "up2");
  ASSERT_TRUE(parser.parse("up 1 1", b));
  EXPECT_EQ(a.series, b.series);
}

TEST(TextParser, NansKeepTheirBits) {
  TextParser parser(TextFormat::kOpenMetrics);
  TextParser::Sample sample;
  for (const uint64_t bits : {0x7ff0000000000002U, 0x7ff8000000000000U, 0xfff8000000000123U, 0x7ff8000000000001U}) {
    for (const int64_t ms : std::initializer_list<int64_t>{0, 1'700'000'000'999, -1, -7'000}) {
      std::string line = "x NaN ";
      append_seconds(line, {ms}, std::bit_cast<double>(bits));
      ASSERT_TRUE(parser.parse(line, sample)) << line;
      EXPECT_EQ(std::bit_cast<uint64_t>(sample.v), bits) << line;
      EXPECT_EQ(sample.t.ms, ms) << line;
    }
  }
  // Decimals that are no NaN's bits are decimals.
  for (const std::string_view time : {"1.5", "1.0000004607182418800017408", "1.0000109218868437227405314"}) {
    ASSERT_TRUE(parser.parse(fmt::format("x NaN {}", time), sample));
    EXPECT_EQ(std::bit_cast<uint64_t>(sample.v), kPlainNanBits) << time;
  }
  ASSERT_TRUE(parser.parse("x 1 1.0000009218868437227405314", sample));
  EXPECT_EQ(sample.v, 1) << "only a NaN takes its bits from there";
}

}  // namespace
}  // namespace oreum::transfer
