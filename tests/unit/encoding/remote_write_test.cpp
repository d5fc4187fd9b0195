#include "encoding/remote_write.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <snappy.h>
#include <protozero/pbf_writer.hpp>

namespace oreum::encoding {
namespace {

using model::Batch;
using model::Labels;
using model::Series;
using protozero::pbf_writer;
using testing::HasSubstr;

std::string snap(const std::string& message) {
  std::string body;
  snappy::Compress(message.data(), message.size(), &body);
  return body;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A request of one series with two samples, written by hand: what our own encoder would never send.
std::string request_of(const Pairs& labels, bool samples_first = false) {
  std::string message;
  pbf_writer request(message);
  {
    pbf_writer series(request, 1);
    const auto add_labels = [&] {
      for (const auto& [name, value] : labels) {
        pbf_writer label(series, 1);
        label.add_string(1, name);
        label.add_string(2, value);
      }
    };
    if (!samples_first) add_labels();
    for (int i = 0; i < 2; ++i) {
      pbf_writer sample(series, 2);
      sample.add_double(1, i + 0.5);
      sample.add_int64(2, -i);
    }
    if (samples_first) add_labels();
  }
  return message;
}

TEST(RemoteWrite, ReadsWhatItWrites) {
  const Series up(Labels::of({{"__name__", "up"}, {"job", "node"}}));
  const Series down(Labels::of({{"__name__", "down"}}));
  Batch batch;
  batch.add(up, TimestampMs{1'700'000'000'000}, 1);
  batch.add(up, TimestampMs{-5}, -0.0);
  batch.add(down, TimestampMs{0}, model::stale_marker());
  batch.add(up, TimestampMs{7}, std::numeric_limits<double>::infinity());
  const auto read = decode_remote_write(encode_remote_write(batch));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->batch.ids(), batch.ids());
  EXPECT_EQ(read->batch.labels(), batch.labels());
  EXPECT_EQ(read->batch.times(), batch.times());
  for (size_t i = 0; i < batch.size(); ++i) {
    EXPECT_TRUE(model::same_bits(read->batch.values()[i], batch.values()[i])) << i;
  }
}

TEST(RemoteWrite, MendsTheOrderOfLabelsAndOfFields) {
  for (const bool samples_first : {false, true}) {
    const auto read = decode_remote_write(snap(request_of({{"z", "1"}, {"a", ""}, {"__name__", "m"}}, samples_first)));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->batch.size(), 2U);
    EXPECT_EQ(Labels::decode(read->batch.labels()[0])->to_string(), R"(m{z="1"})");
    EXPECT_EQ(read->batch.times()[1], TimestampMs{-1});
    EXPECT_EQ(read->batch.values()[1], 1.5);
  }
}

TEST(RemoteWrite, LeavesOutSeriesWithBadLabelsAndSaysWhy) {
  for (const auto& [labels, why] : std::vector<std::pair<Pairs, std::string>>{
           {{}, "no metric name"},
           {{{"a", "b"}}, "no metric name (__name__) in {a=\"b\"}"},
           {{{"__name__", ""}, {"a", "b"}}, "no metric name"},
           {{{"__name__", "m"}, {"", "b"}}, "without a name"},
           {{{"__name__", "m"}, {"a", "b"}, {"a", "c"}}, "comes twice"},
           {{{"__name__", "m"}, {"a", "\xFF"}}, "not UTF-8"},
           {{{"__name__", "m"}, {"\xC0\x80", "x"}}, "not UTF-8"},
       }) {
    // The good series behind it is kept.
    const auto read = decode_remote_write(snap(request_of(labels) + request_of({{"__name__", "good"}})));
    ASSERT_TRUE(read) << why;
    EXPECT_EQ(read->batch.size(), 2U);
    EXPECT_EQ(read->invalid_series, 1U);
    EXPECT_EQ(read->invalid_samples, 2U);
    EXPECT_THAT(read->first_invalid, HasSubstr(why));
  }
}

TEST(RemoteWrite, CountsWhatItDoesNotKeep) {
  std::string message = request_of({{"__name__", "m"}});
  {
    pbf_writer request(message);
    request.add_string(3, "metadata");
    request.add_uint64(99, 1);
    pbf_writer series(request, 1);
    series.add_string(3, "exemplar");
    series.add_string(4, "histogram");
    series.add_fixed32(77, 1);
  }
  const auto read = decode_remote_write(snap(message));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->batch.size(), 2U);
  EXPECT_EQ(read->metadata, 1U);
  EXPECT_EQ(read->exemplars, 1U);
  EXPECT_EQ(read->histograms, 1U);
  EXPECT_EQ(read->invalid_series, 0U);
}

TEST(RemoteWrite, RefusesWhatIsNoRequest) {
  EXPECT_THAT(decode_remote_write("").error().to_string(), HasSubstr("snappy"));
  EXPECT_THAT(decode_remote_write("\x05garbage").error().to_string(), HasSubstr("snappy"));
  EXPECT_THAT(decode_remote_write(snap("\x0A\x50 not protobuf")).error().to_string(), HasSubstr("WriteRequest"));
  EXPECT_EQ(decode_remote_write(snap("\x0A\x50")).error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(decode_remote_write(snap(""))->batch.empty());
}

TEST(RemoteWrite, EveryTruncationIsRefused) {
  const std::string message = request_of({{"__name__", "m"}, {"a", "b"}});
  for (size_t n = 0; n < message.size(); ++n) {
    EXPECT_EQ(decode_remote_write(snap(message.substr(0, n))).has_value(), n == 0) << n;
  }
  const std::string body = snap(message);
  for (size_t n = 0; n < body.size(); ++n) EXPECT_FALSE(decode_remote_write(body.substr(0, n))) << n;
}

TEST(RemoteWrite, HoldsItsLimits) {
  const std::string body = snap(request_of({{"__name__", "m"}, {"abc", "def"}}));
  const auto code = [&](RemoteWriteLimits limits) {
    const auto read = decode_remote_write(body, limits);
    return read ? Code::kInternal : read.error().code();
  };
  EXPECT_EQ(code({}), Code::kInternal);
  EXPECT_EQ(code({.decoded_bytes = 10}), Code::kResourceExhausted);
  EXPECT_EQ(code({.samples = 1}), Code::kResourceExhausted);
  EXPECT_EQ(code({.labels = 1}), Code::kResourceExhausted);
  EXPECT_EQ(code({.label_bytes = 2}), Code::kResourceExhausted);
}

RC_GTEST_PROP(RemoteWrite, AnyBatchSurvives, (std::vector<std::tuple<uint8_t, int64_t, double>> samples)) {
  std::vector<Series> series;
  for (int i = 0; i < 4; ++i) {
    series.emplace_back(Labels::of({{"__name__", "m"}, {"i", std::string(static_cast<size_t>(i) * 50, 'x')}}));
  }
  Batch batch;
  for (const auto& [which, t, v] : samples) batch.add(series[which % 4], TimestampMs{t}, v);
  const auto read = decode_remote_write(encode_remote_write(batch));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->batch.ids() == batch.ids());
  RC_ASSERT(read->batch.times() == batch.times());
  RC_ASSERT(read->batch.values() == batch.values());
}

}  // namespace
}  // namespace oreum::encoding
