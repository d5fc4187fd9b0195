// /api/v1/migrations and what a migration says on /metrics, over two real stores.
#include <chrono>
#include <thread>

#include "api_fixture.h"
#include "migrate/manager.h"
#include "storage/open_store.h"

namespace oreum::api {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class MigrationsTest : public ApiTest {
 protected:
  Services services() override {
    store_.reset();  // the manager's, from here on
    const auto open = [this](const std::string& at) {
      storage::EngineOptions options{.clock = clock_};
      options.background = false;
      return storage::open_store(at, options);
    };
    const auto look = [](const std::string& at) -> Result<migrate::Place> {
      TRY_ASSIGN(const storage::StorePlace place, storage::look_at_store(at));
      return migrate::Place{.there = place.there, .free_bytes = place.free_bytes};
    };
    auto opened = open(url("a"));
    EXPECT_TRUE(opened) << opened.error().to_string();
    auto manager = migrate::Manager::start({.url = url("a"),
                                            .clock = clock_,
                                            .stores = {.open = open,
                                                       .look = look,
                                                       .try_writing = storage::try_writing,
                                                       .scratch = storage::scratch_url,
                                                       .copy = storage::copy_store,
                                                       .remove = storage::remove_store}},
                                           *std::move(opened));
    EXPECT_TRUE(manager) << manager.error().to_string();
    manager_ = *std::move(manager);
    engine_ = std::make_unique<promql::Engine>(manager_->store(), promql::EngineOptions());
    Services s{.clock = clock_, .store = manager_->store(), .engine = *engine_};
    s.migrations = manager_.get();
    s.started = kNow;
    return s;
  }
  ~MigrationsTest() override {
    api_.reset();
    engine_.reset();
  }

  std::string url(const std::string& name) const { return "sqlite:" + (dir_ / name); }
  void fill() {
    api();
    model::Batch batch;
    const model::Series series(model::Labels::of({{model::kMetricName, "up"}}));
    for (int i = 0; i < 1000; ++i) batch.add(series, kNow + milliseconds(i * 1000), i);
    ASSERT_TRUE(manager_->store().append(batch).has_value());
    ASSERT_TRUE(manager_->store().seal().has_value());
  }
  json::object status() { return get("/api/v1/migrations").json().as_object(); }
  /// Asks, and waits until the state is there and nothing is asked for any more.
  void act(const std::string& action, std::string_view state) {
    const Answer answer = ask({.method = "POST", .target = "/api/v1/migrations" + action});
    ASSERT_EQ(answer.response.status, 202) << answer.response.body;
    for (;;) {
      const json::object now = status();
      ASSERT_EQ(now.at("problem").as_string(), "");
      if (now.at("state").as_string() == state && now.at("asked").as_string().empty()) return;
      std::this_thread::yield();
    }
  }

  std::unique_ptr<migrate::Manager> manager_;
};

TEST_F(MigrationsTest, WithoutAMigrationThereIsTheStoreOnly) {
  fill();
  const json::object now = status();
  EXPECT_TRUE(now.at("state").is_null());
  const json::object& store = now.at("store_of_record").as_object();
  EXPECT_EQ(store.at("url").as_string(), url("a"));
  EXPECT_EQ(store.at("kind").as_string(), "sqlite");
  EXPECT_EQ(store.at("samples").to_number<int>(), 1000);
  EXPECT_EQ(now.at("possible"), json::value({"start", "rehearse"}));
  EXPECT_THAT(get("/metrics").response.body, Not(HasSubstr("oreum_migration")));
}

TEST_F(MigrationsTest, TellsBothStoresSideBySideAndWhatMayBeAsked) {
  fill();
  act("?to=" + url("b"), "READY");
  json::object now = status();
  for (const char* side : {"store_of_record", "other_store"}) {
    const json::object& store = now.at(side).as_object();
    EXPECT_EQ(store.at("kind").as_string(), "sqlite");
    EXPECT_EQ(store.at("series").to_number<int>(), 1);
    EXPECT_EQ(store.at("samples").to_number<int>(), 1000);
    EXPECT_GT(store.at("disk_bytes").to_number<int>(), 0);
  }
  EXPECT_EQ(now.at("possible"), json::value({"verify", "switch", "cancel", "canary", "pause", "limit"}));
  act("/switch", "SOAK");
  now = status();
  EXPECT_EQ(now.at("possible"), json::value({"verify", "reverse", "complete", "canary", "pause", "limit"}));
  act("/complete", "COMPLETED");
  EXPECT_EQ(status().at("possible"), json::value({"start", "rehearse"}));
}

TEST_F(MigrationsTest, MetricsInBothFormats) {
  fill();
  act("?to=" + url("b"), "READY");
  std::string page = get("/metrics").response.body;
  EXPECT_THAT(page, HasSubstr("# TYPE oreum_migration_state gauge\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_state{state=\"READY\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_state{state=\"SOAK\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_blocked 0\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_copied_samples 1000\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_copied_units 1\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_verified_samples 1000\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_lag_rows 0\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_commands_total 0\n"));
  act("/switch", "SOAK");
  page = get("/metrics", {{"accept", "application/openmetrics-text; version=1.0.0"}}).response.body;
  EXPECT_THAT(page, HasSubstr("oreum_migration_state{state=\"SOAK\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("# TYPE oreum_migration_switches counter\n"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_switches_total 1"));
  EXPECT_THAT(page, HasSubstr("oreum_migration_commands_total 1"));
  EXPECT_THAT(page, HasSubstr("# EOF\n"));
}

}  // namespace
}  // namespace oreum::api
