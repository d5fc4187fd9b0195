#include "migrate/manager.h"

#include <atomic>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "migrate/fault_points.h"
#include "storage/fault_points.h"
#include "storage/open_store.h"
#include "world.h"

namespace oreum::migrate {
namespace {

using test::content;
using test::odd_batch;
using test::World;

void expect_clean(const World& world, const std::string& name) {
  if (name == "pg") return;  // `oreum check store` looks at files
  const auto report = storage::check_store("sqlite:" + world.dir / name);
  ASSERT_TRUE(report.has_value()) << report.error().to_string();
  for (const auto& finding : report->findings) ADD_FAILURE() << name << ": " << finding.what;
}

void go_forward_back_and_forward_again(const std::string& target) {
  World world;
  world.fill(0, 200);
  std::atomic<bool> done = false;
  std::atomic<uint64_t> next = 200;
  std::thread writer([&] {
    while (!done) {
      const auto result = world.manager->store().append(odd_batch(next));
      if (result) {
        ++next;
      } else {
        EXPECT_EQ(result.error().code(), Code::kUnavailable) << result.error().to_string();
      }
    }
  });
  ASSERT_TRUE(world.manager->begin(world.url(target)).has_value());
  world.wait_for(State::kReady);
  world.do_and_wait(Event::kSwitch, State::kSoak);
  EXPECT_EQ(world.manager->status().migration->active.url, world.url(target));
  world.do_and_wait(Event::kReverse, State::kSoak);
  EXPECT_EQ(world.manager->status().migration->active.url, world.url("a"));
  world.do_and_wait(Event::kReverse, State::kSoak);
  world.do_and_wait(Event::kVerify, State::kSoak);
  done = true;
  writer.join();
  for (uint64_t i = 200; i < next; ++i) world.model.append(odd_batch(i));
  const MigrationStatus status = world.manager->status();
  EXPECT_EQ(status.migration->switches, 3U);
  EXPECT_EQ(status.migration->repaired, 0U) << status.to_json();
  EXPECT_EQ(status.stream.conflicts, 0U);
  EXPECT_TRUE(content(world.manager->store()) == world.model.samples);
  world.do_and_wait(Event::kComplete, State::kCompleted);
  EXPECT_TRUE(world.content_of("a") == world.model.samples) << "the store left behind is exact";
  EXPECT_TRUE(world.content_of(target) == world.model.samples);
  expect_clean(world, "a");
  expect_clean(world, target);
}

TEST(Manager, GoesForwardBackAndForwardAgainUnderIngest) { go_forward_back_and_forward_again("b"); }

TEST(Manager, GoesToPostgresAndBackAndThereAgainUnderIngest) {
  if (!storage::test::available(storage::test::Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  go_forward_back_and_forward_again("pg");
}

TEST(Manager, EverythingElseInTheStoreMovesToo) {
  World world;
  world.fill(0, 300);
  storage::Store& store = world.manager->store();
  ASSERT_TRUE(store
                  .delete_samples(std::vector<model::Matcher>{{model::Matcher::Op::kEqual, "n", "3"}},
                                  TimestampMs::min(), TimestampMs::max(), "a test")
                  .has_value());
  ASSERT_TRUE(store.compact().has_value());
  constexpr TimestampMs kAfter{1'702'000'000'000};
  ASSERT_TRUE(store.roll_up(kAfter).has_value());
  const uint64_t rollups = store.stats().rollup_samples;
  ASSERT_GT(rollups, 0U);
  const auto expected = content(store);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  world.wait_for(State::kReady);
  const auto refused = store.delete_samples({}, TimestampMs::min(), TimestampMs::max(), "meanwhile");
  EXPECT_EQ(refused.error().code(), Code::kFailedPrecondition);
  world.do_and_wait(Event::kSwitch, State::kSoak);
  EXPECT_EQ(store.stats().rollup_samples, rollups);
  EXPECT_TRUE(content(store) == expected);
  ASSERT_TRUE(store.roll_up(kAfter).has_value());
  EXPECT_EQ(store.stats().rollup_samples, rollups) << "rollups are of the same samples: not made again";
  EXPECT_EQ(store.migratable()->extras()->audit.size(), 2U);
  world.do_and_wait(Event::kComplete, State::kCompleted);
  EXPECT_TRUE(store.delete_samples({}, TimestampMs::min(), TimestampMs::max(), "after").has_value());
}

TEST(Manager, AStoreThatWasLeftIsNotServedFrom) {
  World world;
  world.fill(0, 50);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  world.wait_for(State::kReady);
  Status started = world.start_at("b");
  ASSERT_FALSE(started.has_value()) << "a target is not served from before the switch";
  EXPECT_EQ(started.error().code(), Code::kFailedPrecondition);
  world.kill_and_start_at("a");
  world.wait_for(State::kReady);
  world.do_and_wait(Event::kSwitch, State::kSoak);
  started = world.start_at("a");
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().to_string().find(world.url("b")), std::string::npos) << "it says where to go on";
  EXPECT_NE(started.error().to_string().find("oreum migrate reverse"), std::string::npos);
  const auto left = world.open(world.url("a"));
  EXPECT_EQ((*left)->append(odd_batch(999)).error().code(), Code::kFailedPrecondition);
}

TEST(Manager, RefusesWhatCannotBeATarget) {
  World world;
  world.fill(0, 10);
  const auto obstacle = [&](const std::string& to) { return world.manager->begin(to).error().to_string(); };
  EXPECT_NE(obstacle(world.url("a")).find("itself"), std::string::npos);
  EXPECT_NE(obstacle("ftp://x").find("no URL"), std::string::npos);
  {
    const auto other = world.open(world.url("other"));
    ASSERT_TRUE((*other)->append(odd_batch(1)).has_value());
  }
  EXPECT_NE(obstacle(world.url("other")).find("do not come from this store"), std::string::npos);
  world.dir.write("text/oreum.db", "this is no database");
  EXPECT_FALSE(world.manager->begin(world.url("text")).has_value());
  EXPECT_FALSE(world.manager->status().migration.has_value());
  EXPECT_TRUE(content(world.manager->store()) == world.model.samples);
  EXPECT_EQ(world.manager->ask(Event::kSwitch).error().code(), Code::kFailedPrecondition);
}

TEST(Manager, CancelLeavesNothingAndANewOneMayBegin) {
  World world;
  world.fill(0, 100);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value()) << "again with the same target: it goes on";
  EXPECT_EQ(world.manager->begin(world.url("c")).error().code(), Code::kAlreadyExists);
  world.wait_for(State::kReady);
  {
    const std::jthread looks_all_the_time([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) (void)world.manager->status();
    });
    world.do_and_wait(Event::kCancel, State::kCancelled);
  }
  EXPECT_FALSE(std::filesystem::exists(world.dir / "b/oreum.db"));
  world.fill(100, 120);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  world.wait_for(State::kReady);
  world.do_and_wait(Event::kSwitch, State::kSoak);
  EXPECT_TRUE(content(world.manager->store()) == world.model.samples);
}

TEST(Manager, CanaryReadsAreComparedAndDifferencesSeen) {
  World world;
  world.fill(0, 100);
  EXPECT_EQ(world.manager->set_canary(50).error().code(), Code::kFailedPrecondition);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  world.wait_for(State::kReady);
  EXPECT_EQ(world.manager->set_canary(101).error().code(), Code::kInvalidArgument);
  ASSERT_TRUE(world.manager->set_canary(100).has_value());
  (void)content(world.manager->store());
  while (world.manager->status().canary.reads == 0) std::this_thread::yield();
  EXPECT_EQ(world.manager->status().canary.mismatches, 0U);
}

TEST(Manager, PausesAndGoesOn) {
  World world;
  world.fill(0, 100);
  world.manager->set_paused(true);
  ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
  world.fill(100, 120);
  EXPECT_EQ(world.manager->status().migration->state, State::kCapture);
  world.manager->set_paused(false);
  world.wait_for(State::kReady);
}

/// Every point fails once (as a full disk or a lost connection would make it fail), and every point is where the
/// program dies once; the migration arrives all the same.
TEST(Manager, EveryPointFailsOnce) {
  std::vector<std::string_view> points(kFaultPoints.begin(), kFaultPoints.end());
  points.push_back(storage::kFaultPutBeforeCommit);
  points.push_back(storage::kFaultPutAfterCommit);
  for (const std::string_view point : points) {
    SCOPED_TRACE(point);
    World world;
    world.fill(0, 60);
    fault::arm(point, fault::Action::kError, 1);
    if (!world.manager->begin(world.url("b"))) {
      world.kill_and_start_at("a");
      ASSERT_TRUE(world.manager->begin(world.url("b")).has_value());
    }
    world.wait_for(State::kReady);
    world.fill(60, 70);
    for (const Event event : {Event::kSwitch, Event::kReverse}) {
      const State before = world.manager->status().migration->state;
      const uint64_t switches = world.manager->status().migration->switches;
      while (world.manager->status().migration->switches == switches) {
        ASSERT_EQ(world.manager->status().migration->state, before);
        const uint64_t commands = world.manager->status().commands;
        ASSERT_TRUE(world.manager->ask(event).has_value());
        while (world.manager->status().commands == commands) std::this_thread::yield();
      }
      world.wait_for(State::kSoak);
      world.fill(event == Event::kSwitch ? 70 : 80, event == Event::kSwitch ? 80 : 90);
      world.wait_until_followed();
    }
    world.do_and_wait(Event::kComplete, State::kCompleted);
    EXPECT_TRUE(fault::struck() || point == kFaultCancelAfterOwn);
    EXPECT_EQ(world.manager->status().migration->repaired, 0U);
    fault::disarm();
    EXPECT_TRUE(world.content_of("a") == world.model.samples);
    expect_clean(world, "a");
    expect_clean(world, "b");
  }
}

}  // namespace
}  // namespace oreum::migrate
