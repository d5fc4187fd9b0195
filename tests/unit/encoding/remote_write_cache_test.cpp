// A decoder with a cache reads what one without reads, whatever comes in whatever order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <snappy.h>
#include <protozero/pbf_writer.hpp>

#include "encoding/remote_write.h"

namespace oreum::encoding {
namespace {

using protozero::pbf_writer;

std::string snap(const std::string& message) {
  std::string body;
  snappy::Compress(message.data(), message.size(), &body);
  return body;
}

void add_label(pbf_writer& series) {
  // Few names and values, so that sets come again, in other orders, with names twice, empty or not in UTF-8.
  static const std::vector<std::string> kNames = {"__name__", "__name__", "a", "b", "c", "", "\xFF"};
  static const std::vector<std::string> kValues = {"m", "m", "x", "y", "", "\xC0\x80", std::string(200, 'l')};
  pbf_writer label(series, 1);
  const bool value_first = *rc::gen::inRange(0, 10) == 0;
  const std::string value = *rc::gen::elementOf(kValues);
  if (value_first) label.add_string(2, value);
  label.add_string(1, *rc::gen::elementOf(kNames));
  if (!value_first) label.add_string(2, value);
}

void add_sample(pbf_writer& series) {
  pbf_writer sample(series, 2);
  switch (*rc::gen::inRange(0, 8)) {
    case 0: sample.add_int64(2, 5); break;  // as senders write a zero value
    case 1: sample.add_double(1, 7); break;
    case 2:
      sample.add_int64(2, -1);
      sample.add_double(1, 2);
      break;
    case 3:
      sample.add_double(1, 3);
      sample.add_int64(2, 9);
      sample.add_string(9, "unknown");
      break;
    case 4: break;
    default: sample.add_double(1, *rc::gen::arbitrary<double>()); sample.add_int64(2, *rc::gen::arbitrary<int64_t>());
  }
}

std::string any_series() {
  std::string message;
  pbf_writer series(message);
  const int labels = *rc::gen::inRange(0, 5);
  const bool samples_first = *rc::gen::inRange(0, 10) == 0;
  if (samples_first) add_sample(series);
  {
    pbf_writer label(series, 1);
    label.add_string(1, "__name__");
    label.add_string(2, *rc::gen::element(std::string("m"), std::string("n"), std::string(130, 'o')));
  }
  for (int i = 0; i < labels; ++i) add_label(series);
  for (int i = *rc::gen::weightedElement<int>({{1, 0}, {6, 1}, {2, 3}}); i > 0; --i) add_sample(series);
  if (*rc::gen::inRange(0, 12) == 0) series.add_string(3, "exemplar");
  if (*rc::gen::inRange(0, 12) == 0) add_label(series);
  return message;
}

/// Some series again and again among new ones.
std::string any_message(const std::vector<std::string>& pool) {
  std::string message;
  pbf_writer request(message);
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    const bool known = *rc::gen::inRange(0, 4) != 0;
    request.add_message(1, known ? *rc::gen::elementOf(pool) : any_series());
    if (*rc::gen::inRange(0, 15) == 0) request.add_string(3, "metadata");
  }
  if (*rc::gen::inRange(0, 10) == 0) message.resize(*rc::gen::inRange<size_t>(0, message.size() + 1));
  if (!message.empty() && *rc::gen::inRange(0, 10) == 0) {
    message[*rc::gen::inRange<size_t>(0, message.size())] = *rc::gen::arbitrary<char>();
  }
  return message;
}

void expect_same(const RemoteWrite& a, const RemoteWrite& b) {
  RC_ASSERT(a.batch.ids() == b.batch.ids());
  RC_ASSERT(a.batch.labels() == b.batch.labels());
  RC_ASSERT(a.batch.times() == b.batch.times());
  RC_ASSERT(std::equal(a.batch.values().begin(), a.batch.values().end(), b.batch.values().begin(),
                       b.batch.values().end(), model::same_bits));
  RC_ASSERT(a.invalid_series == b.invalid_series);
  RC_ASSERT(a.invalid_samples == b.invalid_samples);
  RC_ASSERT(a.first_invalid == b.first_invalid);
  RC_ASSERT(a.exemplars == b.exemplars);
  RC_ASSERT(a.histograms == b.histograms);
  RC_ASSERT(a.metadata == b.metadata);
}

RC_GTEST_PROP(RemoteWriteCache, ReadsAsWithoutOne, ()) {
  const RemoteWriteLimits limits{.samples = 14, .labels = 5, .label_bytes = 150};
  SeriesCache cache(*rc::gen::element<size_t>(3, 1000));
  RemoteWriteDecoder first(&cache, limits);
  RemoteWriteDecoder second(&cache, limits);
  const auto pool = *rc::gen::container<std::vector<std::string>>(4, rc::gen::exec(any_series));
  for (int i = 0; i < 8; ++i) {
    const std::string body = snap(any_message(pool));
    RemoteWriteDecoder& decoder = i % 3 == 0 ? second : first;
    const Status status = decoder.decode(body);
    const auto plain = decode_remote_write(body, limits);
    RC_ASSERT(status.has_value() == plain.has_value());
    if (plain) {
      expect_same(decoder.result(), *plain);
    } else {
      RC_ASSERT(status.error().to_string() == plain.error().to_string());
    }
  }
}

model::Batch batch_of(int from, int to) {
  model::Batch batch;
  for (int i = from; i < to; ++i) {
    const std::string number = std::to_string(i);
    batch.add(batch.own(model::Series(model::Labels::of({{"__name__", "m"}, {"i", number}}))), {i}, i);
  }
  return batch;
}

TEST(RemoteWriteCache, NumbersSeriesTheSameWayEachTime) {
  SeriesCache cache;
  RemoteWriteDecoder decoder(&cache);
  const std::string body = encode_remote_write(batch_of(0, 500));
  ASSERT_TRUE(decoder.decode(body));
  EXPECT_THAT(decoder.result().batch.hints(), testing::Each(model::Batch::kNoHint));
  EXPECT_EQ(cache.size(), 500U);
  ASSERT_TRUE(decoder.decode(encode_remote_write(batch_of(250, 500))));
  for (uint32_t i = 0; i < 250; ++i) EXPECT_EQ(decoder.result().batch.hints()[i], 250 + i);
  // What is sent in another order is found, too.
  ASSERT_TRUE(decoder.decode(encode_remote_write(batch_of(0, 10))));
  EXPECT_EQ(decoder.result().batch.hints()[0], 0U);
  EXPECT_EQ(cache.size(), 500U);
}

TEST(RemoteWriteCache, WhatWasReadOutlivesWhatTheCacheForgets) {
  SeriesCache cache(10);
  RemoteWriteDecoder decoder(&cache);
  const model::Batch few = batch_of(0, 10);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(decoder.decode(encode_remote_write(few)));
  RemoteWriteDecoder other(&cache);
  for (int i = 1; i < 5; ++i) ASSERT_TRUE(other.decode(encode_remote_write(batch_of(i * 100, i * 100 + 10))));
  EXPECT_LE(cache.size(), 10U);
  EXPECT_EQ(decoder.result().batch.labels(), few.labels());
}

TEST(RemoteWriteCache, ForgetsWithAge) {
  SeriesCache cache(1000, milliseconds(-1));
  RemoteWriteDecoder decoder(&cache);
  ASSERT_TRUE(decoder.decode(encode_remote_write(batch_of(0, 10))));
  ASSERT_TRUE(decoder.decode(encode_remote_write(batch_of(10, 15))));
  EXPECT_EQ(cache.size(), 5U);
}

}  // namespace
}  // namespace oreum::encoding
