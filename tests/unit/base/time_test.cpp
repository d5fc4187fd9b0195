#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum {
namespace {

TEST(Time, Rfc3339) {
  EXPECT_EQ(format_rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_timestamp("2024-02-29T23:59:59.5+09:00")->ms, 1709218799500);
  EXPECT_EQ(parse_timestamp("1700000000.25")->ms, 1700000000250);
  EXPECT_EQ(parse_timestamp("-1.5")->ms, -1500);
  for (const char* bad : {"", "x", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "NaN", "Inf",
                          "1e300", "2024-01-01T00:00:00+9:00"}) {
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
  }
}

RC_GTEST_PROP(Time, Rfc3339ReadsBack, ()) {
  const int64_t ms = *rc::gen::inRange<int64_t>(-62'135'596'800'000, 253'402'300'799'999);
  RC_ASSERT(parse_timestamp(format_rfc3339({ms}))->ms == ms);
}

TEST(Time, Durations) {
  EXPECT_EQ(parse_duration("1h30m")->count(), 5'400'000);
  EXPECT_EQ(parse_duration("90")->count(), 90'000);
  EXPECT_EQ(parse_duration("0")->count(), 0);
  EXPECT_EQ(parse_duration("1500ms")->count(), 1500);
  EXPECT_EQ(parse_duration("1y")->count(), 365LL * 86'400'000);
  for (const char* bad : {"", "s", "1m1h", "1x", "1s1s", "-1s", "99999999999999999y", "1 s"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

RC_GTEST_PROP(Time, DurationsReadBack, ()) {
  const milliseconds d(*rc::gen::inRange<int64_t>(0, int64_t{1} << 50));
  RC_ASSERT(*parse_duration(format_duration(d)) == d);
}

}  // namespace
}  // namespace oreum
