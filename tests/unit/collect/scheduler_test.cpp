#include "collect/scheduler.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "collect/batcher.h"

namespace oreum::collect {
namespace {

constexpr model::MetricDesc kValue{"value", "help", model::MetricType::kGauge};

/// What the fake collectors do; the table's factories are plain functions, so it is found through a static.
struct Script {
  std::function<Status(Sink&)> fast = [](Sink& sink) {
    sink.emit(kValue, {{"of", "fast"}}, 1);
    return Status();
  };
  std::function<Status(Sink&)> slow = [](Sink& sink) {
    sink.emit(kValue, {{"of", "slow"}}, 2);
    return Status();
  };
  static Script& current() {
    static Script script;
    return script;
  }
};

class Fake final : public Collector {
 public:
  explicit Fake(std::function<Status(Sink&)> Script::* role) : role_(role) {}
  Status collect(Sink& sink) override { return (Script::current().*role_)(sink); }

 private:
  std::function<Status(Sink&)> Script::* role_;
};

std::unique_ptr<Collector> make_fast(const Context& /*context*/) { return std::make_unique<Fake>(&Script::fast); }
std::unique_ptr<Collector> make_slow(const Context& /*context*/) { return std::make_unique<Fake>(&Script::slow); }
std::unique_ptr<Collector> make_missing(const Context& /*context*/) {
  class Missing final : public Collector {
    Status collect(Sink& /*sink*/) override { return no_data(); }
  };
  return std::make_unique<Missing>();
}

constexpr CollectorSpec kTable[] = {
    {"one", Lane::kFast, "", make_fast}, {"two", Lane::kSlow, "", make_slow}, {"none", Lane::kFast, "", make_missing}};

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() { Script::current() = Script(); }

  std::unique_ptr<Scheduler> make(OnTick on_tick = {}, std::set<std::string, std::less<>> disabled = {}) {
    SchedulerOptions options;
    options.context.clock = &clock_;
    options.instance = "host";
    options.disabled = std::move(disabled);
    options.table = kTable;
    auto made = Scheduler::make(std::move(options), std::move(on_tick));
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }

  static std::map<std::string, double> values(const Snapshot& snapshot, std::string_view family) {
    std::map<std::string, double> out;
    snapshot.each(family, [&](const Entry& entry, double v) { out[entry.labels.to_string()] = v; });
    return out;
  }

  static std::string error_of(const Snapshot& snapshot, std::string_view collector) {
    for (const auto& reading : snapshot.readings) {
      if (reading->collector == collector) return reading->error;
    }
    return "no such collector";
  }

  ManualClock clock_{{1'700'000'000'000}};
};

using Values = std::map<std::string, double>;

TEST_F(SchedulerTest, CollectsEveryCollectorOnce) {
  const auto scheduler = make();
  EXPECT_TRUE(scheduler->latest()->readings.empty());
  const auto snapshot = scheduler->collect_once();
  EXPECT_EQ(values(*snapshot, "value"), (Values{{R"({of="fast"})", 1}, {R"({of="slow"})", 2}}));
  EXPECT_EQ(values(*snapshot, "node_scrape_collector_success"),
            (Values{{R"({collector="one"})", 1}, {R"({collector="two"})", 1}, {R"({collector="none"})", 0}}));
  EXPECT_EQ(values(*snapshot, "node_scrape_collector_duration_seconds").size(), 3U);
  EXPECT_EQ(snapshot, scheduler->latest());
}

TEST_F(SchedulerTest, StoredSeriesCarryJobAndInstance) {
  const auto scheduler = make();
  const auto snapshot = scheduler->collect_once();
  const Entry& entry = (*snapshot->readings.front()->shape)[0];
  EXPECT_EQ(entry.stored.labels.to_string(), R"(value{instance="host",job="node",of="fast"})");
}

TEST_F(SchedulerTest, DisabledCollectorsDoNotRunAndUnknownOnesAreAnError) {
  const auto snapshot = make({}, {"one"})->collect_once();
  EXPECT_EQ(values(*snapshot, "value"), (Values{{R"({of="slow"})", 2}}));
  SchedulerOptions options;
  options.context.clock = &clock_;
  options.disabled = {"nope"};
  const auto refused = Scheduler::make(std::move(options));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
  EXPECT_NE(refused.error().message().find("nope"), std::string::npos);
}

TEST_F(SchedulerTest, ATickHandsOverItsFreshReadingsWithItsAlignedTime) {
  std::vector<std::string> calls;
  const auto scheduler = make([&](const Snapshot& latest, FreshReadings fresh) {
    std::string call;
    for (const auto& reading : fresh) {
      call += fmt::format("{}@{} ", reading->collector, reading->t.ms % 100'000);
    }
    calls.push_back(call + fmt::format("of {}", latest.readings.size()));
  });
  clock_.advance(milliseconds(7));
  scheduler->tick(Lane::kFast);
  clock_.advance(milliseconds(5000));
  scheduler->tick(Lane::kSlow);
  scheduler->tick(Lane::kFast);
  EXPECT_EQ(calls, (std::vector<std::string>{"one@0 none@0 scheduler@0 of 3",
                                             "one@5000 none@5000 scheduler@5000 two@5000 of 4"}));
  const auto snapshot = scheduler->latest();
  EXPECT_EQ(values(*snapshot, "oreum_collect_ticks_missed_total"),
            (Values{{R"({lane="fast"})", 4}, {R"({lane="slow"})", 0}}));
  EXPECT_EQ(values(*snapshot, "oreum_collect_ticks_total"), (Values{{R"({lane="fast"})", 2}, {R"({lane="slow"})", 1}}));
}

TEST_F(SchedulerTest, AFailingCollectorStaysOnIsCountedAndKeepsWhatItSaid) {
  bool broken = true;
  Script::current().fast = [&](Sink& sink) {
    sink.emit(kValue, {{"of", "fast"}}, 1);
    if (broken) return Status(Error(Code::kUnavailable, "broken"));
    sink.emit(kValue, {{"of", "more"}}, 3);
    return Status();
  };
  const auto scheduler = make();
  for (int i = 0; i < 3; ++i) {
    scheduler->tick(Lane::kFast);
    clock_.advance(milliseconds(1000));
  }
  EXPECT_EQ(values(*scheduler->latest(), "value"), (Values{{R"({of="fast"})", 1}}));
  EXPECT_EQ(values(*scheduler->latest(), "oreum_collect_failures_total"), (Values{{R"({collector="one"})", 3}}))
      << "no_data() is not a failure to count";
  EXPECT_EQ(values(*scheduler->latest(), "node_scrape_collector_success").at(R"({collector="one"})"), 0);
  EXPECT_EQ(error_of(*scheduler->latest(), "one"), "broken");
  broken = false;
  scheduler->tick(Lane::kFast);
  EXPECT_EQ(error_of(*scheduler->latest(), "one"), "");
  EXPECT_EQ(values(*scheduler->latest(), "value").size(), 2U);
  EXPECT_EQ(values(*scheduler->latest(), "node_scrape_collector_success").at(R"({collector="one"})"), 1);
}

TEST_F(SchedulerTest, AClockSetBackLosesNothingAndStampsNewTimes) {
  std::vector<int64_t> times;
  const auto scheduler = make([&](const Snapshot& /*latest*/, FreshReadings fresh) {
    times.push_back(fresh.front()->t.ms - 1'700'000'000'000);
  });
  scheduler->tick(Lane::kFast);
  clock_.set({1'700'000'000'000 - 60'000});
  scheduler->tick(Lane::kFast);
  clock_.advance(milliseconds(60'000));
  scheduler->tick(Lane::kFast);
  EXPECT_EQ(times, (std::vector<int64_t>{0, -59'999, 1}));
  EXPECT_EQ(values(*scheduler->latest(), "oreum_collect_clock_set_back_total").at(R"({lane="fast"})"), 1);
}

TEST_F(SchedulerTest, ATickLongerThanTheIntervalIsAnOverrun) {
  Script::current().fast = [&](Sink& /*sink*/) {
    clock_.advance(milliseconds(1500));
    return Status();
  };
  const auto scheduler = make();
  scheduler->tick(Lane::kFast);
  scheduler->tick(Lane::kFast);
  EXPECT_EQ(values(*scheduler->latest(), "oreum_collect_overruns_total").at(R"({lane="fast"})"), 1);
  EXPECT_EQ(values(*scheduler->latest(), "node_scrape_collector_duration_seconds").at(R"({collector="one"})"), 1.5);
}

TEST_F(SchedulerTest, AReadingSomebodyKeepsIsNeverWrittenAgain) {
  double value = 0;
  Script::current().fast = [&](Sink& sink) {
    sink.emit(kValue, ++value);
    return Status();
  };
  const auto scheduler = make();
  std::vector<std::shared_ptr<const Snapshot>> kept;
  for (int i = 0; i < 20; ++i) {
    clock_.advance(milliseconds(1000));
    scheduler->tick(Lane::kFast);
    if (i % 3 == 0) kept.push_back(scheduler->latest());
  }
  for (size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i]->readings[0]->values[0], 3.0 * static_cast<double>(i) + 1);
}

TEST_F(SchedulerTest, APaceSkipsTicksAndWhatIsAbsentIsLookedForSeldom) {
  int absent = 0;
  Script::current().slow = [&](Sink& /*sink*/) {
    ++absent;
    return Status(no_data());
  };
  int paced = 0;
  Script::current().fast = [&](Sink& sink) {
    sink.emit(kValue, ++paced);
    return Status();
  };
  constexpr CollectorSpec kPaced[] = {{"paced", Lane::kSlow, "", make_fast, 2}, {"absent", Lane::kSlow, "", make_slow}};
  SchedulerOptions options;
  options.context.clock = &clock_;
  options.table = kPaced;
  const auto scheduler = std::move(*Scheduler::make(std::move(options)));
  scheduler->collect_once();
  for (int i = 0; i < 12; ++i) {
    scheduler->tick(Lane::kSlow);
    clock_.advance(milliseconds(5000));
    EXPECT_EQ(values(*scheduler->latest(), "value").begin()->second, paced) << "the last reading stands";
  }
  EXPECT_EQ(paced, 1 + 6);
  EXPECT_EQ(absent, 1 + 2);
}

TEST_F(SchedulerTest, WhatTheSlowLaneSaidLastIsHandedOverAtTheEnd) {
  std::vector<std::string> calls;
  const auto scheduler = make([&](const Snapshot& /*latest*/, FreshReadings fresh) {
    for (const auto& reading : fresh) calls.emplace_back(reading->collector);
  });
  scheduler->tick(Lane::kSlow);
  EXPECT_TRUE(calls.empty());
  clock_.advance(milliseconds(5000));
  scheduler->tick(Lane::kSlow);
  EXPECT_EQ(calls, (std::vector<std::string>{"two", "two"})) << "no fast tick came to take the first";
  clock_.advance(milliseconds(5000));
  scheduler->tick(Lane::kSlow);
  scheduler->stop();
  EXPECT_EQ(calls.size(), 3U);
}

/// Lets tests wait for what a lane's thread does.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mu_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return open_; });
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST_F(SchedulerTest, AHangingSlowCollectorDoesNotHoldUpTheFastLane) {
  Gate hangs;
  Gate go_on;
  Gate ticked;
  Script::current().slow = [&](Sink& /*sink*/) {
    hangs.open();
    go_on.wait();
    return Status();
  };
  SystemClock clock;
  SchedulerOptions options;
  options.context.clock = &clock;
  options.interval = milliseconds(5);
  options.table = kTable;
  auto made = Scheduler::make(std::move(options), [&](const Snapshot& /*latest*/, FreshReadings fresh) {
    if (fresh.front()->collector == "one") ticked.open();
  });
  ASSERT_TRUE(made.has_value());
  (*made)->start();
  EXPECT_TRUE(hangs.wait());
  EXPECT_TRUE(ticked.wait());
  EXPECT_TRUE(values(*(*made)->latest(), "value").contains(R"({of="fast"})"));
  go_on.open();
  (*made)->stop();
  (*made)->stop();  // twice is once
}

TEST_F(SchedulerTest, StartingAndStoppingAtOnceEnds) {
  SystemClock clock;
  for (int i = 0; i < 20; ++i) {
    SchedulerOptions options;
    options.context.clock = &clock;
    options.table = kTable;
    auto made = Scheduler::make(std::move(options));
    ASSERT_TRUE(made.has_value());
    (*made)->start();
  }
}

}  // namespace
}  // namespace oreum::collect
