#include "encoding/exposition_parser.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::encoding {
namespace {

using model::MetricType;
using testing::HasSubstr;

std::vector<ParsedFamily> parse(std::string_view text) {
  auto families = parse_exposition(text);
  EXPECT_TRUE(families.has_value()) << (families ? "" : families.error().to_string());
  return families ? *std::move(families) : std::vector<ParsedFamily>();
}

std::string error_of(std::string_view text) {
  const auto families = parse_exposition(text);
  return families ? "no error" : families.error().to_string();
}

TEST(ExpositionParser, ReadsFamiliesLabelsAndTimes) {
  const auto families = parse(
      "# just a comment\n"
      "# HELP a_total What\\\\ever\\nsecond line\n"
      "# TYPE a_total counter\n"
      "\n"
      "a_total{x=\"1\", y = \"q\\\"b\\\\n\\n\" , } 3.5e3 -42\n"
      "  other\t{ } \t+Inf\n"
      "a_total NaN\n");
  ASSERT_EQ(families.size(), 2U);
  const ParsedFamily& a = families[0];
  EXPECT_EQ(a.name, "a_total");
  EXPECT_EQ(a.help, "What\\ever\nsecond line");
  EXPECT_EQ(a.type, MetricType::kCounter);
  ASSERT_EQ(a.samples.size(), 2U);
  EXPECT_EQ(a.samples[0].labels[0], (std::pair<std::string, std::string>("x", "1")));
  EXPECT_EQ(a.samples[0].labels[1], (std::pair<std::string, std::string>("y", "q\"b\\n\n")));
  EXPECT_EQ(a.samples[0].value, 3500);
  EXPECT_EQ(a.samples[0].t, TimestampMs{-42});
  EXPECT_TRUE(std::isnan(a.samples[1].value));
  EXPECT_EQ(families[1].type, MetricType::kUntyped);
  EXPECT_FALSE(families[1].help);
  EXPECT_TRUE(std::isinf(families[1].samples[0].value));
}

TEST(ExpositionParser, KeepsThePartsOfHistogramsAndSummariesTogether) {
  const auto families = parse(
      "# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n"
      "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 2\ns_count 3\n"
      "# TYPE g gauge\ng_sum 1\n");
  ASSERT_EQ(families.size(), 4U);
  EXPECT_EQ(families[0].samples.size(), 4U);
  EXPECT_EQ(families[1].samples.size(), 3U);
  EXPECT_EQ(families[2].samples.size(), 0U);
  EXPECT_EQ(families[3].name, "g_sum");
}

TEST(ExpositionParser, EmptyTextHasNoFamilies) { EXPECT_TRUE(parse("").empty()); }

struct Bad {
  std::string_view text;
  std::string_view error;
};

TEST(ExpositionParser, NamesLineColumnAndWhatWasExpected) {
  for (const Bad& bad : std::initializer_list<Bad>{
           {"a 1", "line 1, column 4: expected a line feed"},
           {"a\n", "line 1, column 2: expected a number"},
           {"ok 1\na x\n", "line 2, column 3: expected a number"},
           {"a 1 x\n", "line 1, column 5: expected a time"},
           {"a 1 2 3\n", "line 1, column 5: expected a time"},
           {"a 1 1.5\n", "expected a time"},
           {"a 1\r\n", "expected a number"},
           {"1a 1\n", "line 1, column 1: expected a metric name"},
           {"{x=\"1\"} 1\n", "expected a metric name"},
           {"a{ 1\n", "expected a label name"},
           {"a{x} 1\n", "line 1, column 4: expected ="},
           {"a{x=1} 1\n", "line 1, column 5: expected \""},
           {"a{x=\"1} 1\n", "does not end"},
           {"a{x=\"1\" y=\"2\"} 1\n", "line 1, column 9: expected , or }"},
           {"a{x=\"1\",,} 1\n", "expected a label name"},
           {"a{x=\"\\q\"} 1\n", "expected \\\\, \\\" or \\n"},
           {"a{x=\"1\",x=\"2\"} 1\n", "label x comes twice"},
           {"a{__name__=\"b\"} 1\n", "__name__"},
           {"a{9x=\"b\"} 1\n", "expected a label name"},
           {"a{x=\"\xFF\"} 1\n", "not UTF-8"},
           {"# HELP a \xFF\n", "not UTF-8"},
           {"# HELP\n", "expected a metric name"},
           {"# HELP a x\n# HELP a y\n", "line 2, column 9: a second HELP line"},
           {"# TYPE a\n", "expected one of counter"},
           {"# TYPE a info\n", "expected one of counter"},
           {"# TYPE a gauge x\n", "expected one of counter"},
           {"# TYPE a gauge\n# TYPE a gauge\n", "a second TYPE line"},
           {"a 1\n# TYPE a gauge\n", "comes after its samples"},
           {"# TYPE h histogram\nh 1\n", "expected the _bucket"},
           {"# TYPE h histogram\nh_bucket 1\n", "label le"},
           {"# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", "label le"},
           {"# TYPE s summary\ns 1\n", "label quantile"},
       }) {
    EXPECT_THAT(error_of(bad.text), HasSubstr(bad.error)) << bad.text;
  }
}

TEST(ExpositionParser, HoldsItsLimits) {
  ExpositionLimits limits;
  limits.samples = 2;
  EXPECT_TRUE(parse_exposition("a 1\nb 1\n", limits));
  EXPECT_EQ(parse_exposition("a 1\nb 1\nc 1\n", limits).error().code(), Code::kResourceExhausted);
  limits.labels = 1;
  EXPECT_FALSE(parse_exposition("a{x=\"1\",y=\"2\"} 1\n", limits));
  limits.label_bytes = 3;
  EXPECT_TRUE(parse_exposition("abc{abc=\"123\"} 1\n", limits));
  EXPECT_FALSE(parse_exposition("a{x=\"1234\"} 1\n", limits));
  EXPECT_FALSE(parse_exposition("a{xxxx=\"1\"} 1\n", limits));
  EXPECT_FALSE(parse_exposition("abcd 1\n", limits));
  limits.bytes = 3;
  EXPECT_EQ(parse_exposition("a 1\n", limits).error().code(), Code::kResourceExhausted);
}

RC_GTEST_PROP(ExpositionParser, GarbageNeverCrashes, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "{", "}", "\"", "=", ",", "\\", "\n", " ", "1", "# HELP ", "# TYPE ", "gauge", "\xFF", "histogram", "_sum"));
  std::string text;
  for (const std::string& word : words) text += word;
  const auto families = parse_exposition(text);
  if (!families) RC_ASSERT(families.error().to_string().starts_with("line "));
}

}  // namespace
}  // namespace oreum::encoding
