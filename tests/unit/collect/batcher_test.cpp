#include "collect/batcher.h"

#include <string>

#include <gtest/gtest.h>

#include "collect/sink.h"

namespace oreum::collect {
namespace {

constexpr model::MetricDesc kUp{"up", "help", model::MetricType::kGauge};

class Source {
 public:
  std::shared_ptr<const Reading> read(int64_t ms, std::initializer_list<const char*> devices) {
    sink_.begin();
    double v = 1;
    for (const char* device : devices) sink_.emit(kUp, {{"device", device}}, v++);
    sink_.end();
    auto reading = std::make_shared<Reading>();
    reading->collector = "source";
    reading->t = {ms};
    reading->shape = sink_.shape();
    reading->values = sink_.values();
    return reading;
  }

 private:
  Sink sink_{{}};
};

std::string text(const model::Batch& batch) {
  std::string out;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto labels = model::Labels::decode(batch.labels()[i]);
    const double v = batch.values()[i];
    out += labels->get("device");
    out += model::is_stale(v) ? "=stale" : "=" + std::to_string(static_cast<int>(v));
    out += "@" + std::to_string(batch.times()[i].ms) + " ";
  }
  return out;
}

TEST(Batcher, GivesValuesAndMarksSeriesThatAreGoneOnce) {
  Source source;
  Batcher batcher;
  const auto build = [&](std::shared_ptr<const Reading> reading) { return text(batcher.build({&reading, 1})); };
  EXPECT_EQ(build(source.read(1000, {"a", "b"})), "a=1@1000 b=2@1000 ");
  EXPECT_EQ(build(source.read(2000, {"b"})), "b=1@2000 a=stale@2000 ");
  EXPECT_EQ(build(source.read(3000, {"b"})), "b=1@3000 ");
  EXPECT_EQ(build(source.read(4000, {"c", "b"})), "c=1@4000 b=2@4000 ");
  EXPECT_EQ(build(source.read(5000, {})), "c=stale@5000 b=stale@5000 ");
  EXPECT_EQ(build(source.read(6000, {"a"})), "a=1@6000 ");
}

TEST(Batcher, NothingFreshIsAnEmptyBatchAndNoSeriesEnds) {
  Source source;
  Batcher batcher;
  const std::shared_ptr<const Reading> first = source.read(1000, {"a"});
  batcher.build({&first, 1});
  EXPECT_TRUE(batcher.build({}).empty());
  const std::shared_ptr<const Reading> second = source.read(2000, {"a"});
  EXPECT_EQ(text(batcher.build({&second, 1})), "a=1@2000 ");
}

}  // namespace
}  // namespace oreum::collect
