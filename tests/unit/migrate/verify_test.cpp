// `verify` finds whatever may be wrong with the copy, in every kind of store, and repairs it.
#include <functional>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "db/sqlite.h"
#include "migrate/manager.h"
#include "storage/open_store.h"
#include "world.h"

namespace oreum::migrate {
namespace {

using storage::Migratable;
using storage::Store;
using test::content;
using test::odd_batch;
using test::World;

constexpr uint64_t kBatches = 160;
constexpr std::string_view kBiggest = "(SELECT id FROM pack WHERE resolution = 0 ORDER BY bytes DESC, id LIMIT 1)";

/// The rollups of a store, by resolution and window.
using RolledUp = std::map<std::pair<storage::Resolution, int64_t>, std::map<int64_t, storage::RolledDay>>;
RolledUp rolled_up(Store& store) {
  RolledUp all;
  for (const storage::Resolution resolution : storage::kRollupResolutions) {
    for (const int64_t window : store.migratable()->rolled_windows(resolution)) {
      const auto read = store.migratable()->read_rolled(resolution, window);
      EXPECT_TRUE(read && read->damage.empty());
      if (read) all[{resolution, window}] = read->days;
    }
  }
  return all;
}

class ManagerVerify : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (in_postgres() && !storage::test::available(World::kServer)) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  bool in_postgres() const { return GetParam() == "pg"; }

  /// Runs statements on the copy beside its store.
  void exec(const World& world, const std::string& sql) const {
    if (in_postgres()) {
      world.postgres.exec(sql);
      return;
    }
    auto db = db::Database::open(world.dir / "b/oreum.db", db::Database::Mode::kReadWrite);
    ASSERT_TRUE(db.has_value());
    const Status done = db->exec(sql);
    ASSERT_TRUE(done) << done.error().to_string();
  }

  /// A store with rollups, some of which have outlived their samples, and with a row in its audit log.
  void fill(World& world) {
    world.fill(0, kBatches);
    const model::Series doomed(model::Labels::of({{model::kMetricName, "doomed"}}));
    model::Batch batch;
    batch.add(doomed, {1'700'000'000'000}, 1);
    ASSERT_TRUE(world.manager->store().append(batch));
    ASSERT_TRUE(world.manager->store().seal());
    const model::Matcher matcher{model::Matcher::Op::kEqual, std::string(model::kMetricName), "doomed"};
    ASSERT_TRUE(world.manager->store().delete_samples(std::span(&matcher, 1), TimestampMs::min(), TimestampMs::max(),
                                                      "a test"));
    ASSERT_TRUE(world.manager->store().roll_up(world.clock.now()));
    world.keep = world.clock.now() - TimestampMs{1'600'000'000'000};
    world.kill_and_start_at("a");
    ASSERT_TRUE(world.manager->store().apply_retention(world.clock.now()));
    uint64_t gone = 0;
    for (auto& [series, samples] : world.model.samples) {
      gone += std::erase_if(samples, [](const auto& sample) { return sample.first < 0; });
    }
    ASSERT_GT(gone, 0U);
    rolled_up_ = rolled_up(world.manager->store());
    ASSERT_TRUE(rolled_up_.size() >= 4 && rolled_up_.begin()->first.second < 0) << "of before 1970, too";
  }

  /// Damages the copy while nobody looks; then `verify` must have found and repaired it.
  void expect_found(const std::function<void(const World&)>& damage) {
    World world;
    fill(world);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(world.manager->begin(world.url(GetParam())));
    world.wait_for(State::kReady);
    world.manager.reset();
    damage(world);
    if (HasFatalFailure()) return;
    world.kill_and_start_at("a");
    world.wait_for(State::kReady);
    expect_mended(world, State::kReady);
    world.do_and_wait(Event::kSwitch, State::kSoak);
    expect_same(world);
    world.manager.reset();
    const auto report = storage::check_store(in_postgres() ? world.postgres.url() : world.url("b"));
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    for (const auto& finding : report->findings) ADD_FAILURE() << finding.what;
  }

  void expect_mended(World& world, State state) {
    world.do_and_wait(Event::kVerify, state);
    const MigrationStatus status = world.manager->status();
    EXPECT_GT(status.migration->repaired, 0U);
    EXPECT_FALSE(status.findings.empty());
    world.do_and_wait(Event::kVerify, state);
    EXPECT_TRUE(world.manager->status().findings.empty()) << "all was repaired: " << world.manager->status().to_json();
  }
  /// The store of record holds what was there, and its rollups are of what it holds.
  void expect_same(World& world) {
    Store& store = world.manager->store();
    EXPECT_TRUE(content(store) == world.model.samples);
    EXPECT_EQ(store.stats().samples, storage::test::count(world.model.samples)) << "none is there twice";
    Store& active = *world.manager->store().active();
    EXPECT_TRUE(rolled_up(active) == rolled_up_);
    ASSERT_TRUE(store.roll_up(world.clock.now()));
    EXPECT_TRUE(rolled_up(active) == rolled_up_) << "there was nothing to be made again";
  }

  /// As expect_found(), by what the copy itself can be told.
  void expect_found_in_store(const std::function<void(Migratable&)>& damage) {
    expect_found([&](const World& world) {
      const auto copy = world.open(world.url(GetParam()));
      ASSERT_TRUE(copy) << copy.error().to_string();
      damage(*(*copy)->migratable());
    });
  }

  RolledUp rolled_up_;
};

/// The n-th sample of a series.
struct At {
  At(uint64_t number, size_t n) : batch(odd_batch(number)), id(batch.ids()[n]), t(batch.times()[n]) {}
  const model::Batch batch;
  const model::SeriesId id;
  const TimestampMs t;
};

/// Puts a value where there was another one.
void replace(Migratable& store, const At& at, size_t n, double v) {
  ASSERT_TRUE(store.erase(at.id, at.t, at.t));
  model::Batch wrong;
  wrong.add(at.id, at.batch.labels()[n], at.t, v);
  const auto applied = store.apply(wrong, {});
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->added, 1U);
}

TEST_P(ManagerVerify, FindsADeletedPack) {
  expect_found([this](const World& world) {
    exec(world, fmt::format("DELETE FROM pack_data WHERE id = {}; DELETE FROM pack WHERE id = {}", kBiggest, kBiggest));
  });
}

TEST_P(ManagerVerify, FindsAPackThatIsNamedNoMore) {
  expect_found([this](const World& world) { exec(world, fmt::format("DELETE FROM pack WHERE id = {}", kBiggest)); });
}

TEST_P(ManagerVerify, FindsAPackWithoutItsBytes) {
  expect_found(
      [this](const World& world) { exec(world, fmt::format("DELETE FROM pack_data WHERE id = {}", kBiggest)); });
}

TEST_P(ManagerVerify, FindsADeletedChunk) {
  expect_found_in_store([](Migratable& store) {
    const auto day = store.packed_days().begin()->first;
    const int64_t first = storage::window_first(storage::Resolution::kRaw, day);
    ASSERT_TRUE(store.erase(odd_batch(0).ids()[4], {first}, {first + 86'399'999}));
  });
}

TEST_P(ManagerVerify, FindsAFlippedBit) {
  expect_found([this](const World& world) {
    exec(world,
         in_postgres()
             ? fmt::format("UPDATE pack_data SET data = set_bit(data, 485, 1 - get_bit(data, 485)) WHERE id = {}",
                           kBiggest)
             : fmt::format("UPDATE pack_data SET data = CAST(substr(data, 1, 60) || x'5a' || substr(data, 62) AS "
                           "BLOB) WHERE id = {}",
                           kBiggest));
  });
}

TEST_P(ManagerVerify, FindsAnotherZero) {
  expect_found_in_store([](Migratable& store) {
    // -0.0 and 0.0 are equal, and are not the same.
    const At at(1, 0);
    ASSERT_EQ(std::bit_cast<uint64_t>(at.batch.values()[0]), 0x8000000000000000U);
    replace(store, at, 0, 0.0);
  });
}

TEST_P(ManagerVerify, FindsAnotherNaN) {
  expect_found_in_store([](Migratable& store) {
    const At at(3, 0);
    ASSERT_EQ(std::bit_cast<uint64_t>(at.batch.values()[0]), 0x7ff8000000000001U);
    replace(store, at, 0, std::bit_cast<double>(0x7ff0000000000002));
  });
}

TEST_P(ManagerVerify, FindsASampleThatIsMissingInTheMiddle) {
  expect_found_in_store([](Migratable& store) {
    const At at(151, 5);
    ASSERT_TRUE(store.erase(at.id, at.t, at.t));
  });
}

TEST_P(ManagerVerify, FindsASampleTooMany) {
  expect_found_in_store([](Migratable& store) {
    const At at(151, 5);
    model::Batch more;
    more.add(at.id, at.batch.labels()[5], at.t + milliseconds(1), 1);
    ASSERT_EQ(store.apply(more, {})->added, 1U);
  });
}

TEST_P(ManagerVerify, FindsADoubledPack) {
  expect_found_in_store([](Migratable& store) {
    // Reading merges what is in both.
    ASSERT_TRUE(store.hold({}));
    const auto reader = store.move_reader();
    const auto units = reader->units();
    ASSERT_TRUE(units && !units->empty());
    const auto unit = reader->read_unit(units->front());
    ASSERT_TRUE(unit);
    const storage::Record none[] = {{std::string(storage::kRecordHold), std::nullopt},
                                    {std::string(storage::kRecordUnits), std::nullopt}};
    ASSERT_TRUE(store.put_units(std::span(&*unit, 1), none));
  });
}

TEST_P(ManagerVerify, FindsADoubledSample) {
  expect_found([](const World& world) {
    // A pack of one sample, which another pack has, too.
    const auto other = world.open(world.url("other"));
    ASSERT_TRUE(other);
    const At at(151, 5);
    model::Batch one;
    one.add(at.id, at.batch.labels()[5], at.t, at.batch.values()[5]);
    ASSERT_TRUE((*other)->append(one));
    ASSERT_TRUE((*other)->seal());
    ASSERT_TRUE((*other)->migratable()->hold({}));
    const auto reader = (*other)->migratable()->move_reader();
    const auto units = reader->units();
    ASSERT_TRUE(units && units->size() == 1);
    const auto unit = reader->read_unit(units->front());
    ASSERT_TRUE(unit);
    const auto copy = world.open(world.url(GetParam()));
    ASSERT_TRUE(copy);
    ASSERT_TRUE((*copy)->migratable()->put_units(std::span(&*unit, 1), {}));
  });
}

TEST_P(ManagerVerify, FindsAMissingSeriesAndOneTooMany) {
  expect_found_in_store([](Migratable& store) {
    ASSERT_TRUE(store.erase(odd_batch(0).ids()[7], TimestampMs::min(), TimestampMs::max()));
    model::Batch more;
    more.add(more.own(model::Series(model::Labels::of({{"__name__", "invented"}}))), {5}, 1);
    ASSERT_TRUE(store.apply(more, {}));
  });
}

constexpr std::string_view kMinutes = "(SELECT id FROM pack WHERE resolution = 1 ORDER BY t_max DESC, id LIMIT 1)";
constexpr std::string_view kHours = "(SELECT id FROM pack WHERE resolution = 2 ORDER BY t_max DESC, id LIMIT 1)";
/// Of samples that are gone.
constexpr std::string_view kOldest = "(SELECT id FROM pack WHERE resolution = 1 ORDER BY t_min, id LIMIT 1)";

TEST_P(ManagerVerify, FindsDeletedRollups) {
  for (const std::string_view pack : {kMinutes, kHours, kOldest}) {
    SCOPED_TRACE(pack);
    expect_found([&](const World& world) { exec(world, fmt::format("DELETE FROM pack WHERE id = {}", pack)); });
  }
}

TEST_P(ManagerVerify, FindsAllRollupsGone) {
  expect_found(
      [this](const World& world) { exec(world, "DELETE FROM pack WHERE resolution > 0; DELETE FROM rolled"); });
}

TEST_P(ManagerVerify, FindsRollupsWithoutTheirBytes) {
  expect_found(
      [this](const World& world) { exec(world, fmt::format("DELETE FROM pack_data WHERE id = {}", kMinutes)); });
}

TEST_P(ManagerVerify, FindsAFlippedBitInRollups) {
  expect_found([this](const World& world) {
    exec(world,
         in_postgres()
             ? fmt::format("UPDATE pack_data SET data = set_bit(data, 885, 1 - get_bit(data, 885)) WHERE id = {}",
                           kOldest)
             : fmt::format("UPDATE pack_data SET data = CAST(substr(data, 1, 110) || x'5a' || substr(data, 112) AS "
                           "BLOB) WHERE id = {}",
                           kOldest));
  });
}

TEST_P(ManagerVerify, FindsDoubledRollups) {
  expect_found_in_store([](Migratable& store) {
    ASSERT_TRUE(store.hold({}));
    const auto reader = store.move_reader();
    const auto units = reader->units();
    ASSERT_TRUE(units);
    const auto rollup = std::find_if(units->begin(), units->end(), [](const storage::PackPtr& pack) {
      return pack->resolution == storage::Resolution::kHour;
    });
    ASSERT_NE(rollup, units->end());
    const auto unit = reader->read_unit(*rollup);
    ASSERT_TRUE(unit);
    const storage::Record none[] = {{std::string(storage::kRecordHold), std::nullopt},
                                    {std::string(storage::kRecordUnits), std::nullopt}};
    ASSERT_TRUE(store.put_units(std::span(&*unit, 1), none));
  });
}

TEST_P(ManagerVerify, FindsADayThatIsKnownDifferently) {
  expect_found([this](const World& world) {
    exec(world,
         "DELETE FROM rolled WHERE day = (SELECT min(day) FROM rolled); "
         "UPDATE rolled SET digest = digest + 1 WHERE day = (SELECT max(day) FROM rolled)");
  });
}

TEST_P(ManagerVerify, FindsAMissingRowOfTheAuditLog) {
  expect_found([this](const World& world) { exec(world, "DELETE FROM audit WHERE action = 'deleted'"); });
}

/// Both stores go on after the switch, and only one of them makes rollups; what was made before is still compared.
TEST_P(ManagerVerify, FindsRollupsGoneFromTheStoreThatFollows) {
  World world;
  fill(world);
  if (HasFatalFailure()) return;
  ASSERT_TRUE(world.manager->begin(world.url(GetParam())));
  world.wait_for(State::kReady);
  world.do_and_wait(Event::kSwitch, State::kSoak);
  const model::Series late(model::Labels::of({{model::kMetricName, "late"}}));
  model::Batch batch;
  batch.add(late, {1'700'000'000'000}, 1);
  batch.add(late, {1'720'000'000'000}, 1);
  ASSERT_TRUE(world.manager->store().append(batch));
  world.wait_until_followed();
  ASSERT_TRUE(world.manager->store().seal());
  ASSERT_TRUE(world.manager->store().roll_up(world.clock.now()));
  rolled_up_ = rolled_up(*world.manager->store().active());
  world.do_and_wait(Event::kVerify, State::kSoak);
  EXPECT_EQ(world.manager->status().migration->repaired, 0U) << "what only one has made is no difference";
  world.manager.reset();
  {
    auto db = db::Database::open(world.dir / "a/oreum.db", db::Database::Mode::kReadWrite);
    ASSERT_TRUE(db && db->exec(fmt::format("DELETE FROM pack WHERE id = {} OR id = {}", kOldest, kMinutes)));
  }
  world.kill_and_start_at(GetParam());
  world.wait_for(State::kSoak);
  expect_mended(world, State::kSoak);
  world.do_and_wait(Event::kReverse, State::kSoak);
  ASSERT_TRUE(world.manager->store().seal());
  ASSERT_TRUE(world.manager->store().roll_up(world.clock.now()));
  world.model.append(batch);
  expect_same(world);
}

INSTANTIATE_TEST_SUITE_P(Targets, ManagerVerify, testing::Values("b", "pg"),
                         [](const auto& target) { return target.param == "pg" ? "Postgres" : "Sqlite"; });

}  // namespace
}  // namespace oreum::migrate
