#include "encoding/remote_write2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <protozero/pbf_writer.hpp>

#include "encoding/snappy_block.h"

namespace oreum::encoding {
namespace {

using protozero::pbf_writer;
using testing::HasSubstr;

struct Sent {
  std::vector<std::string> symbols;
  std::vector<uint32_t> refs;
  std::vector<model::Sample> samples;
  int histograms = 0;
  int exemplars = 0;
  bool metadata = false;
};

std::string encode(const Sent& sent) {
  std::string message;
  pbf_writer out(message);
  {
    pbf_writer series(out, 5);
    series.add_packed_uint32(1, sent.refs.begin(), sent.refs.end());
    for (const model::Sample& s : sent.samples) {
      pbf_writer sample(series, 2);
      sample.add_double(1, s.v);
      sample.add_int64(2, s.t.ms);
    }
    for (int i = 0; i < sent.histograms; ++i) series.add_message(3, std::string());
    for (int i = 0; i < sent.exemplars; ++i) series.add_message(4, std::string());
    if (sent.metadata) {
      pbf_writer metadata(series, 5);
      metadata.add_enum(1, 3);
      metadata.add_uint32(3, 1);
      metadata.add_uint32(4, 2);
    }
  }
  // Behind the series: the order of fields is free.
  for (const std::string& symbol : sent.symbols) out.add_string(4, symbol);
  return message;
}

Result<RemoteWrite> decode(const Sent& sent) { return decode_remote_write2(pack_snappy(encode(sent))); }

const std::vector<std::string> kSymbols{"", "Some help.", "seconds", "__name__", "x_bucket", "le", "0.5"};

TEST(RemoteWrite2, ReadsSeriesThroughTheTable) {
  const auto read = decode({kSymbols, {5, 6, 3, 4}, {{TimestampMs{7}, 1.5}, {TimestampMs{8}, -2}}, 0, 2, true});
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->batch.size(), 2U);
  EXPECT_EQ(model::Labels::decode(read->batch.labels()[0])->to_string(), "x_bucket{le=\"0.5\"}");
  EXPECT_EQ(read->batch.times()[1], TimestampMs{8});
  EXPECT_EQ(read->batch.values()[0], 1.5);
  EXPECT_EQ(read->exemplars, 2U);
  ASSERT_EQ(read->described.size(), 1U);
  EXPECT_EQ(read->described[0], (MetricMetadata{"x", MetadataType::kHistogram, "Some help.", "seconds"}));
}

TEST(RemoteWrite2, CountsNativeHistograms) {
  const auto read = decode({kSymbols, {3, 4}, {}, 3});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->histograms, 3U);
  EXPECT_TRUE(read->batch.empty());
}

TEST(RemoteWrite2, LeavesOutSeriesWithBadLabels) {
  const auto read = decode({kSymbols, {5, 6}, {{TimestampMs{7}, 1}}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->invalid_series, 1U);
  EXPECT_EQ(read->invalid_samples, 1U);
  EXPECT_THAT(read->first_invalid, HasSubstr("no metric name"));
}

TEST(RemoteWrite2, RefusesReferencesToNothing) {
  for (const std::vector<uint32_t>& refs : std::vector<std::vector<uint32_t>>{{3}, {3, 7}, {UINT32_MAX, 4}}) {
    const auto read = decode({kSymbols, refs, {{TimestampMs{7}, 1}}});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
  }
}

TEST(RemoteWrite2, KeepsToTheLimits) {
  const std::string body = pack_snappy(encode({kSymbols, {3, 4}, {{TimestampMs{7}, 1}, {TimestampMs{8}, 1}}}));
  EXPECT_TRUE(decode_remote_write2(body));
  for (const RemoteWriteLimits& limits : {RemoteWriteLimits{.decoded_bytes = 10}, RemoteWriteLimits{.samples = 1},
                                          RemoteWriteLimits{.labels = 0}, RemoteWriteLimits{.label_bytes = 3}}) {
    const auto read = decode_remote_write2(body, limits);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Code::kResourceExhausted);
  }
}

RC_GTEST_PROP(RemoteWrite2, GarbageNeverCrashes, (std::string bytes)) {
  const auto read = decode_remote_write2(pack_snappy(bytes));
  RC_ASSERT(read.has_value() || read.error().code() == Code::kInvalidArgument);
}

TEST(RemoteWrite2, EveryCutIsAnErrorOrLess) {
  const std::string message = encode({kSymbols, {3, 4}, {{TimestampMs{7}, 1}}, 0, 0, true});
  for (size_t size = 0; size < message.size(); ++size) {
    const auto read = decode_remote_write2(pack_snappy(message.substr(0, size)));
    if (!read) {
      EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace oreum::encoding
