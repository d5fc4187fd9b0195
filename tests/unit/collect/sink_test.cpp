#include "collect/sink.h"

#include <gtest/gtest.h>

namespace oreum::collect {
namespace {

constexpr model::MetricDesc kA{"a", "help", model::MetricType::kGauge};
constexpr model::MetricDesc kB{"b", "help", model::MetricType::kCounter};

TEST(Sink, TheShapeIsSharedWhileTheSeriesStayTheSame) {
  Sink sink({{"job", "node"}, {"instance", "h"}});
  const auto collect = [&](double v) {
    sink.begin();
    sink.emit(kA, {{"device", "eth0"}}, v);
    sink.emit(kB, v + 1);
    sink.end();
  };
  collect(1);
  const auto shape = sink.shape();
  collect(5);
  EXPECT_EQ(sink.shape(), shape);
  EXPECT_EQ(sink.values(), (std::vector<double>{5, 6}));
  EXPECT_EQ((*shape)[0].stored.labels.to_string(), R"(a{device="eth0",instance="h",job="node"})");
  EXPECT_EQ((*shape)[0].labels.to_string(), R"({device="eth0"})");
}

TEST(Sink, ANewOrMissingSeriesMakesANewShape) {
  Sink sink({});
  const auto collect = [&](std::initializer_list<const char*> devices) {
    sink.begin();
    for (const char* device : devices) sink.emit(kA, {{"device", device}}, 1);
    sink.end();
    return sink.shape()->size();
  };
  EXPECT_EQ(collect({"x", "y", "z"}), 3U);
  EXPECT_EQ(collect({"x", "z"}), 2U);
  EXPECT_EQ(collect({"x", "y", "z"}), 3U);
  EXPECT_EQ(collect({"x", "y"}), 2U);
  EXPECT_EQ(collect({}), 0U);
}

TEST(Sink, ASeriesEmittedTwiceKeepsItsFirstValue) {
  Sink sink({});
  for (int round = 0; round < 2; ++round) {
    sink.begin();
    sink.emit(kA, 1);
    sink.emit(kA, 2);
    sink.emit(kB, 3);
    sink.end();
    EXPECT_EQ(sink.values(), (std::vector<double>{1, 3}));
    EXPECT_EQ(sink.duplicates(), 1U);
    EXPECT_EQ(sink.shape()->size(), 2U);
  }
}

TEST(Sink, BytesThatAreNoUtf8AreReplaced) {
  Sink sink({});
  sink.begin();
  sink.emit(kA, {{"comm", "a\xFFz"}}, 1);
  sink.end();
  EXPECT_EQ((*sink.shape())[0].labels.get("comm"), "a\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace oreum::collect
