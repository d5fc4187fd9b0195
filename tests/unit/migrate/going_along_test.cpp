// Two processes on one PostgreSQL store, of which one leads it away and back: the other goes along.
// docs/decisions/0017-going-along.md.
#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "migrate/fault_points.h"
#include "world.h"

namespace oreum::migrate {
namespace {

using test::content;
using test::Content;
using test::odd_batch;
using test::World;

class GoingAlongTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!storage::test::available(World::kServer)) GTEST_SKIP() << "no PostgreSQL server is installed";
    world_.kill_and_start_at("pg");
    world_.fill(0, 50);
    start_other(world_.stores());
  }
  void TearDown() override { other_.reset(); }
  void start_other(const Stores& stores) {
    auto store = world_.open(world_.url("pg"));
    ASSERT_TRUE(store) << store.error().to_string();
    auto other = Manager::start({.url = world_.url("pg"), .clock = world_.clock, .stores = stores}, std::move(*store));
    ASSERT_TRUE(other) << other.error().to_string();
    other_ = std::move(*other);
  }
  void lead_to(const std::string& name) {
    const Status begun = world_.manager->begin(world_.url(name));
    ASSERT_TRUE(begun) << begun.error().to_string();
    world_.wait_for(State::kReady);
    world_.do_and_wait(Event::kSwitch, State::kSoak);
  }
  void must_append(Manager& manager, uint64_t number) {
    const auto result = manager.store().append(odd_batch(number));
    ASSERT_TRUE(result) << result.error().to_string();
    world_.model.append(odd_batch(number));
  }
  Content seen_by(Manager& manager) {
    EXPECT_TRUE(manager.store().refresh());
    return content(manager.store());
  }

  World world_;
  std::unique_ptr<Manager> other_;
};

TEST_F(GoingAlongTest, AppendsAndReadsGoOnThereAndBack) {
  std::atomic<uint64_t> next{1000};
  std::string failed;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested() && failed.empty()) {
      const auto result = other_->store().append(odd_batch(next));
      if (!result) {
        failed = result.error().to_string();
      } else {
        ++next;
      }
      if (!other_->store().querier(TimestampMs::min(), TimestampMs::max())) failed = "a read";
    }
  });
  const std::string first = world_.manager->store().instance_id();
  lead_to("pg-rehearsal");
  const std::string second = world_.manager->store().instance_id();
  ASSERT_NE(first, second);
  const auto written_since = [&](uint64_t from) { return next > from + 10 || !failed.empty(); };
  for (const uint64_t from = next; !written_since(from);) std::this_thread::yield();
  EXPECT_EQ(other_->store().instance_id(), second);
  world_.do_and_wait(Event::kReverse, State::kSoak);
  for (const uint64_t from = next; !written_since(from);) std::this_thread::yield();
  EXPECT_EQ(other_->store().instance_id(), first);
  world_.do_and_wait(Event::kReverse, State::kSoak);
  for (const uint64_t from = next; !written_since(from);) std::this_thread::yield();
  writer.request_stop();
  writer.join();
  EXPECT_EQ(failed, "");
  for (uint64_t n = 1000; n < next; ++n) world_.model.append(odd_batch(n));
  EXPECT_EQ(other_->store().instance_id(), second);
  EXPECT_EQ(other_->progress().gone_along, 3U);
  EXPECT_EQ(world_.manager->progress().gone_along, 0U);
  EXPECT_TRUE(seen_by(*world_.manager) == world_.model.samples);
  EXPECT_TRUE(seen_by(*other_) == world_.model.samples);
  world_.wait_until_followed();
  world_.do_and_wait(Event::kComplete, State::kCompleted);
  must_append(*other_, 5000);
  EXPECT_TRUE(seen_by(*world_.manager) == world_.model.samples);
}

/// Between the two records of a switch no store takes writes: who comes then waits, and is not sent away.
TEST_F(GoingAlongTest, WaitsWhileTheSwitchIsBeingFinished) {
  uint64_t next = 1000;
  std::string failed;
  std::jthread writer([&](const std::stop_token& stop) {
    for (; !stop.stop_requested() && failed.empty(); ++next) {
      const auto result = other_->store().append(odd_batch(next));
      if (!result) failed = result.error().to_string();
    }
  });
  ASSERT_TRUE(world_.manager->begin(world_.url("pg-rehearsal")));
  world_.wait_for(State::kReady);
  for (const Event event : {Event::kSwitch, Event::kReverse, Event::kReverse}) {
    fault::arm(kFaultSwitchAfterRouting, fault::Action::kError, 1);  // the second record is a tenth of a second late
    world_.do_and_wait(event, State::kSoak);
    EXPECT_TRUE(fault::struck());
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    while (other_->store().instance_id() != world_.manager->store().instance_id() && failed.empty()) {
      ASSERT_LT(Monotonic::now(), give_up) << other_->status().to_json();
      std::this_thread::yield();
    }
  }
  fault::disarm();
  writer.request_stop();
  writer.join();
  EXPECT_EQ(failed, "");
  for (uint64_t n = 1000; n < next; ++n) world_.model.append(odd_batch(n));
  EXPECT_TRUE(seen_by(*world_.manager) == world_.model.samples);
}

/// The record of a migration is read again then, and must say where its stores are.
TEST_F(GoingAlongTest, WhoLosesTheLeadAndGetsItBackGoesOn) {
  lead_to("pg-rehearsal");
  const auto give_up = Monotonic::now() + std::chrono::seconds(60);
  const auto wait_until = [&](const std::function<bool()>& so) {
    while (!so()) {
      ASSERT_LT(Monotonic::now(), give_up) << world_.manager->status().to_json();
      std::this_thread::yield();
    }
  };
  wait_until([&] { return other_->store().instance_id() == world_.manager->store().instance_id(); });
  wait_until([&] {
    world_.postgres.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
    return other_->store().active()->migratable()->check_lead().has_value();
  });
  wait_until([&] { return world_.manager->progress().commands == 0; });  // it has noticed, and counts anew
  other_.reset();
  wait_until([&] {
    const MigrationStatus now = world_.manager->status();
    if (now.migration->switches == 2) return true;
    // An order that meets a connection that was cut is refused, and given again.
    if (now.asked.empty()) (void)world_.manager->ask(Event::kReverse);
    return false;
  });
  world_.wait_for(State::kSoak);
  const Migration now = *world_.manager->status().migration;
  EXPECT_EQ(now.active.url, world_.url("pg"));
  EXPECT_EQ(now.other.url, world_.url("pg-rehearsal"));
  must_append(*world_.manager, 5000);
  world_.wait_until_followed();
  EXPECT_TRUE(seen_by(*world_.manager) == world_.model.samples);
}

TEST_F(GoingAlongTest, OneThatWritesNothingGoesAlongToo) {
  lead_to("pg-rehearsal");
  const auto give_up = Monotonic::now() + std::chrono::seconds(60);
  while (other_->store().instance_id() != world_.manager->store().instance_id()) {
    ASSERT_LT(Monotonic::now(), give_up) << other_->status().to_json();
    std::this_thread::yield();
  }
  EXPECT_TRUE(seen_by(*other_) == world_.model.samples);
  // Its own migrations are led by who leads the store.
  const Status asked = other_->ask(Event::kReverse);
  ASSERT_FALSE(asked);
  EXPECT_NE(asked.error().to_string().find("leads this store: ask it"), std::string::npos) << asked.error().to_string();
}

TEST_F(GoingAlongTest, WhereItCannotGoItSaysSoAndMakesNothing) {
  other_.reset();
  Stores elsewhere = world_.stores();  // another machine, where the folder is not
  bool opened = false;
  elsewhere.look = [](const std::string&) -> Result<Place> { return Place{}; };
  elsewhere.open = [&](const std::string&) -> Result<std::unique_ptr<storage::Store>> {
    opened = true;
    return Error(Code::kInternal, "opened");
  };
  start_other(elsewhere);
  lead_to("b");
  const auto give_up = Monotonic::now() + std::chrono::seconds(60);
  Result<storage::AppendResult> result = other_->store().append(odd_batch(2000));
  while (!result && result.error().to_string().find("as seen from here") == std::string::npos) {
    EXPECT_EQ(result.error().code(), Code::kUnavailable);
    ASSERT_LT(Monotonic::now(), give_up) << result.error().to_string();
    result = other_->store().append(odd_batch(2000));
  }
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kUnavailable);
  EXPECT_NE(result.error().to_string().find("start it with --store " + world_.url("b")), std::string::npos)
      << result.error().to_string();
  EXPECT_NE(other_->status().problem, "");
  EXPECT_FALSE(opened);
  // Led back, it goes on where it was.
  world_.do_and_wait(Event::kReverse, State::kSoak);
  while (!(result = other_->store().append(odd_batch(2000)))) {
    ASSERT_LT(Monotonic::now(), give_up) << result.error().to_string();
  }
  world_.model.append(odd_batch(2000));
  EXPECT_TRUE(seen_by(*world_.manager) == world_.model.samples);
}

}  // namespace
}  // namespace oreum::migrate
