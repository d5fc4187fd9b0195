#include "migrate/rehearsal.h"

#include <gtest/gtest.h>

#include "migrate/manager.h"
#include "world.h"

namespace oreum::migrate {
namespace {

using test::odd_batch;
using test::World;

RehearsalReport wait_for_end(const World& world) {
  const auto give_up = Monotonic::now() + std::chrono::seconds(120);
  for (;;) {
    const std::optional<RehearsalReport> report = world.manager->status().rehearsal;
    if (report && report->state != RehearsalReport::State::kRunning) return *report;
    if (Monotonic::now() > give_up) {
      ADD_FAILURE() << world.manager->status().to_json();
      return {};
    }
    std::this_thread::yield();
  }
}

void rehearse(const std::string& target) {
  World world;
  world.fill(0, 300);
  const Status begun = world.manager->rehearse(world.url(target));
  ASSERT_TRUE(begun) << begun.error().to_string();
  EXPECT_FALSE(world.manager->begin(world.url(target))) << "one after the other";
  EXPECT_FALSE(world.manager->rehearse(world.url(target)));
  const RehearsalReport report = wait_for_end(world);
  EXPECT_EQ(report.state, RehearsalReport::State::kPassed) << report.to_json();
  EXPECT_EQ(report.samples, storage::test::count(world.model.samples));
  EXPECT_GT(report.load.batches, 0U) << report.to_json();
  EXPECT_GT(report.load.reads, 0U);
  EXPECT_GE(report.compared_samples, report.samples);
  EXPECT_EQ(report.load.failed_reads, 0U) << report.to_json();
  // Nothing is left of it, and nothing has changed.
  EXPECT_FALSE(world.stores().look(*world.stores().scratch(world.url("a")))->there);
  EXPECT_FALSE(world.stores().look(*world.stores().scratch(world.url(target)))->there);
  EXPECT_FALSE(world.stores().look(world.url(target))->there);
  EXPECT_FALSE(world.manager->store().migratable()->record(kRecordRehearsal)->has_value());
  EXPECT_FALSE(world.manager->status().migration.has_value());
  EXPECT_TRUE(test::content(world.manager->store()) == world.model.samples);
  ASSERT_TRUE(world.manager->begin(world.url(target)));
  world.wait_for(State::kReady);
}

TEST(Rehearsal, GoesTheWholeWayOnACopyAndLeavesNothing) { rehearse("b"); }

TEST(Rehearsal, InPostgresToo) {
  if (!storage::test::available(World::kServer)) GTEST_SKIP() << "no PostgreSQL server is installed";
  rehearse("pg");
}

TEST(Rehearsal, FromPostgresTheCopyIsMadeByReading) {
  if (!storage::test::available(World::kServer)) GTEST_SKIP() << "no PostgreSQL server is installed";
  World world;
  world.kill_and_start_at("pg");
  world.fill(0, 300);
  ASSERT_TRUE(world.manager->rehearse(world.url("b")));
  const RehearsalReport report = wait_for_end(world);
  EXPECT_EQ(report.state, RehearsalReport::State::kPassed) << report.to_json();
  EXPECT_EQ(report.samples, storage::test::count(world.model.samples));
}

TEST(Rehearsal, OneThatIsEndedLeavesNothing) {
  World world;
  world.fill(0, 100);
  ASSERT_TRUE(world.manager->rehearse(world.url("b")));
  ASSERT_TRUE(world.manager->ask(Event::kCancel));
  EXPECT_EQ(wait_for_end(world).state, RehearsalReport::State::kEnded);
  EXPECT_FALSE(world.stores().look(*world.stores().scratch(world.url("a")))->there);
  EXPECT_EQ(world.manager->ask(Event::kCancel).error().code(), Code::kFailedPrecondition);
}

TEST(Rehearsal, WhatAKillLeavesGoesWithTheNextStart) {
  World world;
  world.fill(0, 100);
  const std::string instance = world.manager->store().instance_id();
  const std::string scratch = *world.stores().scratch(world.url("b"));
  {
    const auto left = world.open(scratch);
    const storage::Record of[] = {{std::string(kRecordRehearsalOf), instance}};
    ASSERT_TRUE((*left)->migratable()->put_records(of));
    const storage::Record to[] = {{std::string(kRecordRehearsal), world.url("b")}};
    ASSERT_TRUE(world.manager->store().migratable()->put_records(to));
  }
  world.kill_and_start_at("a");
  const auto give_up = Monotonic::now() + std::chrono::seconds(60);
  while (world.manager->store().migratable()->record(kRecordRehearsal)->has_value()) {
    ASSERT_LT(Monotonic::now(), give_up);
    std::this_thread::yield();
  }
  EXPECT_FALSE(world.stores().look(scratch)->there);
}

TEST(Rehearsal, WhatAKillLeftBeforeItWasMarkedGoesToo) {
  World world;
  world.fill(0, 100);
  const std::string copy = *world.stores().scratch(world.url("a"));
  const std::string target = *world.stores().scratch(world.url(storage::test::available(World::kServer) ? "pg" : "b"));
  ASSERT_TRUE(world.stores().copy(world.manager->store(), copy));
  ASSERT_TRUE(world.open(target));
  ASSERT_TRUE(world.manager->rehearse(world.url(storage::test::available(World::kServer) ? "pg" : "b")));
  EXPECT_EQ(wait_for_end(world).state, RehearsalReport::State::kPassed);
  EXPECT_FALSE(world.stores().look(copy)->there);
  EXPECT_FALSE(world.stores().look(target)->there);
}

TEST(Rehearsal, SomebodyElsesStoreIsNotTouched) {
  World world;
  world.fill(0, 100);
  const std::string scratch = *world.stores().scratch(world.url("b"));
  {
    const auto other = world.open(scratch);
    ASSERT_TRUE((*other)->append(odd_batch(1)));
  }
  const Status refused = world.manager->rehearse(world.url("b"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().to_string().find("holds another store"), std::string::npos);
  EXPECT_TRUE(world.stores().look(scratch)->there);
  EXPECT_FALSE(world.manager->store().migratable()->record(kRecordRehearsal)->has_value());
}

}  // namespace
}  // namespace oreum::migrate
