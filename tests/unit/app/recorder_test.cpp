#include "app/recorder.h"

#include <atomic>
#include <semaphore>

#include <gtest/gtest.h>

#include "collect/sink.h"

namespace oreum::app {
namespace {

constexpr model::MetricDesc kUp{"up", "help", model::MetricType::kGauge};

/// A store at our own seam: it fails as told and remembers what it took.
class FlakyStore final : public storage::Store {
 public:
  Result<storage::AppendResult> append(const model::Batch& batch, storage::Durability durability) override {
    if (durability == storage::Durability::kPowerLoss) ++synced;
    if (gate_closed) gate.acquire();
    if (failures > 0) {
      --failures;
      return Error(code, "told to fail");
    }
    taken += batch.size();
    return storage::AppendResult{.added = batch.size(), .conflicts = {}, .first_rejected = {}};
  }
  Status seal() override { return {}; }
  Status compact() override { return {}; }
  Status apply_retention(TimestampMs) override { return {}; }
  Result<storage::DeleteResult> delete_samples(std::span<const model::Matcher>, TimestampMs, TimestampMs,
                                               const std::string&) override {
    return storage::DeleteResult{};
  }
  storage::StoreStats stats() const override { return {}; }
  storage::Cardinality cardinality(size_t) const override { return {}; }
  Status healthy() const override { return {}; }
  const std::string& instance_id() const override { return id_; }
  std::string describe() const override { return "flaky"; }
  Result<std::unique_ptr<storage::Querier>> querier(TimestampMs, TimestampMs) const override {
    return Error(Code::kUnimplemented, "not asked for");
  }

  std::atomic<int> failures{0};
  std::atomic<bool> gate_closed{false};
  std::counting_semaphore<> gate{0};
  Code code = Code::kUnavailable;
  std::atomic<size_t> taken{0};
  std::atomic<size_t> synced{0};

 private:
  std::string id_;
};

std::vector<std::shared_ptr<const collect::Reading>> tick(int64_t ms) {
  collect::Sink sink({});
  sink.begin();
  sink.emit(kUp, 1);
  sink.end();
  auto reading = std::make_shared<collect::Reading>();
  reading->collector = "test";
  reading->t = {ms};
  reading->shape = sink.shape();
  reading->values = sink.values();
  return {reading};
}

TEST(Recorder, APassingFaultLosesNothing) {
  FlakyStore store;
  store.failures = 2;
  Recorder recorder(store, 100);
  for (int i = 0; i < 10; ++i) recorder.record(tick(i));
  while (store.taken < 10) std::this_thread::yield();
  recorder.stop();
  EXPECT_EQ(store.taken, 10U);
  EXPECT_EQ(recorder.stats().retries, 2U);
  EXPECT_EQ(recorder.stats().dropped, 0U);
}

TEST(Recorder, AFullQueueDropsAndCountsAndNeverBlocks) {
  FlakyStore store;
  store.gate_closed = true;
  Recorder recorder(store, 4);
  for (int i = 0; i < 20; ++i) recorder.record(tick(i));
  EXPECT_GE(recorder.stats().dropped, 15U);
  store.gate_closed = false;
  store.gate.release();
  recorder.stop();
  EXPECT_EQ(store.taken + recorder.stats().dropped, 20U);
}

TEST(Recorder, StoppingStoresWhatIsQueued) {
  FlakyStore store;
  {
    Recorder recorder(store, 100);
    for (int i = 0; i < 50; ++i) recorder.record(tick(i));
  }
  EXPECT_EQ(store.taken, 50U);
  EXPECT_GE(store.synced, 1U);
}

TEST(Recorder, StoppingDoesNotWaitForAStoreThatStaysAway) {
  FlakyStore store;
  store.failures = 1'000'000;
  Recorder recorder(store, 100);
  for (int i = 0; i < 5; ++i) recorder.record(tick(i));
  recorder.stop();
  EXPECT_EQ(store.taken, 0U);
}

}  // namespace
}  // namespace oreum::app
