#include "migrate/plan.h"

#include <gtest/gtest.h>

#include "storage/open_store.h"
#include "world.h"

namespace oreum::migrate {
namespace {

using test::World;

/// A plan to a place of which is told what a test likes.
Plan plan_to(World& world, const Place& place, const Place& own = {.there = true, .free_bytes = {}}) {
  Stores stores = world.stores();
  const std::string there = world.url("b");
  stores.look = [=](const std::string& url) -> Result<Place> { return url == there ? place : own; };
  stores.try_writing = [](const std::string&, uint64_t) -> Result<milliseconds> { return milliseconds(20); };
  const auto plan = make_plan({world.manager->store(), world.url("a"), there, stores, world.clock});
  EXPECT_TRUE(plan) << plan.error().to_string();
  return plan ? *plan : Plan{};
}

TEST(Plan, AClockThatIsOffIsInTheWay) {
  World world;
  world.fill(0, 10);
  const TimestampMs now = world.clock.now();
  const auto with_clock = [&](milliseconds ahead) {
    return plan_to(world, {.there = false, .free_bytes = {}, .instance = {}, .clock = now + ahead});
  };
  EXPECT_TRUE(with_clock(milliseconds(2'000)).obstacles.empty());
  const Plan ahead = with_clock(std::chrono::hours(3));
  ASSERT_EQ(ahead.obstacles.size(), 1U);
  EXPECT_NE(ahead.obstacles[0].find("ahead of this machine's"), std::string::npos) << ahead.obstacles[0];
  EXPECT_NE(ahead.obstacles[0].find("timedatectl"), std::string::npos) << "it says what to do";
  const Plan behind = with_clock(-std::chrono::hours(3));
  ASSERT_EQ(behind.obstacles.size(), 1U);
  EXPECT_NE(behind.obstacles[0].find("behind this machine's"), std::string::npos) << behind.obstacles[0];
}

TEST(Plan, RoomIsWantedOnBothSides) {
  World world;
  world.fill(0, 10);
  const Plan there = plan_to(world, {.there = false, .free_bytes = 10});
  ASSERT_EQ(there.obstacles.size(), 1U);
  EXPECT_NE(there.obstacles[0].find(world.url("b")), std::string::npos);
  const Plan here = plan_to(world, {.there = false, .free_bytes = {}}, {.there = true, .free_bytes = 10});
  ASSERT_EQ(here.obstacles.size(), 1U);
  EXPECT_NE(here.obstacles[0].find(world.url("a")), std::string::npos);
  EXPECT_TRUE(plan_to(world, {.there = false, .free_bytes = 1ULL << 40}).obstacles.empty());
}

TEST(Plan, TheTimeIsMeasuredWhereATrialIsPossible) {
  World world;
  EXPECT_FALSE(plan_to(world, {.there = false, .free_bytes = {}}).measured) << "nothing can be read yet";
  world.fill(0, 10);
  EXPECT_TRUE(plan_to(world, {.there = false, .free_bytes = {}}).measured);
}

TEST(Plan, ATrialLeavesNothing) {
  const oreum::test::TempDir dir;
  const std::string url = "sqlite:" + (dir / "not/there/yet");
  ASSERT_TRUE(storage::try_writing(url, 1'000'000));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
  if (!storage::test::available(storage::test::Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  const storage::test::StoreDatabase database(storage::test::Kind::kPostgres);
  const std::string address = oreum::test::PostgresServer::shared()->address();
  const int64_t tables = database.query("SELECT count(*) FROM pg_class");
  const auto took = storage::PostgresStore::try_writing(address, "oreum", 3'000'000);
  EXPECT_TRUE(took) << took.error().to_string();
  EXPECT_EQ(database.query("SELECT count(*) FROM pg_class"), tables);
  const auto place = storage::PostgresStore::look(address, "oreum");
  ASSERT_TRUE(place) << place.error().to_string();
  EXPECT_LT(std::chrono::abs(place->clock - SystemClock().now()), std::chrono::minutes(1));
}

TEST(Plan, ARehearsalHasAPlaceOfItsOwn) {
  EXPECT_EQ(*storage::scratch_url("sqlite:/srv/oreum"), "sqlite:/srv/oreum/rehearsal");
  EXPECT_EQ(*storage::scratch_url("postgres://u:p@h/d"), "postgres://u:p@h/d?schema=oreum_rehearsal");
  EXPECT_EQ(*storage::scratch_url("postgres://u@h/d?schema=x&sslmode=require"),
            "postgres://u@h/d?sslmode=require&schema=x_rehearsal");
  EXPECT_FALSE(storage::scratch_url("ftp://x"));
}

}  // namespace
}  // namespace oreum::migrate
