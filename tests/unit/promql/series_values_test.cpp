#include "promql/parse/series_values.h"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "model/sample.h"

namespace oreum::promql {
namespace {

using Values = std::vector<std::optional<double>>;

Values values(std::string_view text) {
  const auto parsed = parse_series_values(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Values{});
}

TEST(SeriesValues, AreWrittenOutByTheNotation) {
  EXPECT_EQ(values(""), Values{});
  EXPECT_EQ(values(" 1  -2\t3.5e1 "), (Values{1, -2, 35}));
  EXPECT_EQ(values("-2+4x3"), (Values{-2, 2, 6, 10}));
  EXPECT_EQ(values("1-2x4"), (Values{1, -1, -3, -5, -7}));
  EXPECT_EQ(values("1x4"), (Values{1, 1, 1, 1, 1}));
  EXPECT_EQ(values("0x2"), (Values{0, 0, 0}));
  EXPECT_EQ(values("1e2+1e1x2"), (Values{100, 110, 120}));
  EXPECT_EQ(values("1e-1-1e-1x1"), (Values{0.1, 0}));
  EXPECT_EQ(values("1 _x3 2 _"), (Values{1, std::nullopt, std::nullopt, std::nullopt, 2, std::nullopt}));
  const Values odd = values("stale NaN Inf -Inf");
  ASSERT_EQ(odd.size(), 4u);
  EXPECT_TRUE(model::is_stale(*odd[0]));
  EXPECT_TRUE(std::isnan(*odd[1]) && !model::is_stale(*odd[1]));
  EXPECT_EQ(*odd[2], INFINITY);
  EXPECT_EQ(*odd[3], -INFINITY);
}

TEST(SeriesValues, RefuseWhatIsNone) {
  for (const char* bad : {"x", "1x", "1x-2", "1+x3", "1+2", "a+1x2", "_x", "1xx2", "stalex2", "1x99999999999", "--1",
                          "1x5000000 1x5000000 1x5000000"}) {
    EXPECT_FALSE(parse_series_values(bad).has_value()) << bad;
  }
  const auto histogram = parse_series_values("1 {{schema:1 count:3}}");
  ASSERT_FALSE(histogram.has_value());
  EXPECT_NE(histogram.error().message().find("native histograms are not supported"), std::string::npos);
}

TEST(SeriesLine, HasLabelsBeforeItsValues) {
  const auto line = parse_series_line(R"(  up{job="a b", path="{x} 1"} 1 2)");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->labels.get("job"), "a b");
  EXPECT_EQ(line->labels.get("path"), "{x} 1");
  EXPECT_EQ(line->values, (Values{1, 2}));
  EXPECT_EQ(parse_series_line("up 1")->labels.to_string(), "up");
  EXPECT_TRUE(parse_series_line("{} 1")->labels.empty());
  EXPECT_EQ(parse_series_line(R"({"a.b"} 1)")->labels.metric(), "a.b");
  EXPECT_EQ(parse_series_line("up {a=\"b\"} 1")->labels.get("a"), "b");
  EXPECT_FALSE(parse_series_line("up{job=~\"a\"} 1").has_value());
  EXPECT_FALSE(parse_series_line("").has_value());
}

}  // namespace
}  // namespace oreum::promql
