#include "encoding/series_block.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::encoding {
namespace {

RC_GTEST_PROP(SeriesBlock, RoundTrips, (const std::map<uint32_t, std::string>& series)) {
  std::vector<NumberedLabels> in;
  for (const auto& [ref, labels] : series) in.push_back({ref, labels});
  std::vector<NumberedLabels> out;
  RC_ASSERT(decode_series_block(encode_series_block(in), out).has_value());
  RC_ASSERT(out.size() == in.size());
  for (size_t i = 0; i < in.size(); ++i) RC_ASSERT(out[i].ref == in[i].ref && out[i].labels == in[i].labels);
}

TEST(SeriesBlock, EveryFlippedOrMissingByteIsNoticed) {
  const NumberedLabels series[] = {{3, "abc"}, {4, std::string(300, 'x')}, {INT64_MAX, ""}};
  const std::string good = encode_series_block(series);
  std::vector<NumberedLabels> out;
  ASSERT_TRUE(decode_series_block(good, out));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    EXPECT_EQ(decode_series_block(bad, out).error().code(), Code::kDataLoss);
    EXPECT_FALSE(decode_series_block(good.substr(0, i), out));
  }
  EXPECT_EQ(out.size(), 3U);
}

}  // namespace
}  // namespace oreum::encoding
