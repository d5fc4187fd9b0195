#include "model/labels.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::model {
namespace {

TEST(Labels, SortsDropsEmptyValuesAndLetsTheLastWin) {
  const Labels labels = Labels::of({{"z", "1"}, {"a", "old"}, {"m", ""}, {"a", "new"}, {kMetricName, "up"}});
  EXPECT_EQ(labels.to_string(), R"(up{a="new",z="1"})");
  EXPECT_EQ(labels.get("a"), "new");
  EXPECT_EQ(labels.get("nope"), "");
}

TEST(Labels, EscapesWhenPrinted) { EXPECT_EQ(Labels::of({{"a", "x\"y\\z\n"}}).to_string(), R"({a="x\"y\\z\n"})"); }

TEST(Labels, TheIdOfASeriesIsFixedForEver) {
  const SeriesId id = Series(Labels::of({{kMetricName, "up"}, {"job", "node"}})).id;
  EXPECT_EQ(SeriesId::from_bytes(id.bytes()), id);
  // A stored id must mean the same series in every version: a change here orphans every store.
  EXPECT_EQ(id.hi, 2674788491667420518U);
  EXPECT_EQ(id.lo, 4764146287936059596U);
}

RC_GTEST_PROP(Labels, EncodingRoundTrips, (std::map<std::string, std::string> pairs)) {
  std::vector<Label> list;
  for (const auto& [name, value] : pairs) list.push_back({name, value});
  const Labels labels = Labels::of(list);
  const Result<Labels> again = Labels::decode(labels.encoded());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == labels);
  for (const auto& [name, value] : pairs) RC_ASSERT(labels.get(name) == value);
}

RC_GTEST_PROP(Labels, DecodingGarbageNeverCrashes, (std::string garbage)) {
  const Result<Labels> labels = Labels::decode(garbage);
  if (labels) RC_ASSERT(labels->encoded() == garbage);
}

TEST(Utf8, KnowsTheEdges) {
  for (const char* good : {"", "abc", "é", "오름", "😀", "\xF4\x8F\xBF\xBF"}) EXPECT_TRUE(is_valid_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

}  // namespace
}  // namespace oreum::model
