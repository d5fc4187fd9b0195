// Several engines over one PostgreSQL schema, as several processes have them. docs/decisions/0015-several-writers.md.
#include <barrier>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "db/postgres.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/migratable.h"
#include "support/odd_values.h"
#include "support/postgres_server.h"
#include "support/store_database.h"
#include "support/store_model.h"

namespace oreum::storage {
namespace {

using oreum::test::odd_value;
using oreum::test::PostgresServer;
using test::Content;
using test::content;
using test::count;
using test::Kind;
using test::make_series;
using test::Model;
using test::StoreDatabase;

constexpr int64_t kDay = 86'400'000;
constexpr int64_t kNow = 19'700 * kDay;

model::Batch make_batch(int64_t t, int first = 0, int n = 3, double v = 1) {
  model::Batch batch;
  for (int i = first; i < first + n; ++i) batch.add(batch.own(make_series(i)), {t}, v + i);
  return batch;
}

class SharingTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::available(Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  void TearDown() override { fault::disarm(); }
  EngineOptions options() const {
    EngineOptions o{.folder = {}, .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0, .minutes = Retention::kNone, .hours = Retention::kNone};
    return o;
  }
  std::unique_ptr<Store> open(const EngineOptions& o) {
    auto store = PostgresStore::open({o, PostgresServer::shared()->address(), database_.schema(), milliseconds(0)});
    EXPECT_TRUE(store) << store.error().to_string();
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<Store> open() { return open(options()); }
  /// Breaks the connection of whoever leads, and waits until the server has noticed.
  void cut_off_leader() {
    const std::string key = "hashtextextended('oreum writer " + database_.schema() + "', 0)";
    const std::string leader =
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND "
        "classid::int8 = (" +
        key +
        " >> 32 & 4294967295) AND "
        "objid::int8 = (" +
        key + " & 4294967295)";
    database_.exec("SELECT pg_terminate_backend(pid, 10000) FROM (" + leader + ") AS leader");
  }
  void expect_same(Store& a, Store& b) {
    ASSERT_TRUE(a.refresh());
    ASSERT_TRUE(b.refresh());
    EXPECT_TRUE(content(a) == content(b));
    EXPECT_EQ(a.stats().samples, b.stats().samples);
    EXPECT_EQ(a.stats().samples, count(content(a)));
    EXPECT_EQ(a.migratable()->position(), b.migratable()->position());
  }

  StoreDatabase database_{Kind::kPostgres};
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(SharingTest, EachSeesWhatTheOtherAppends) {
  const auto a = open();
  const auto b = open();
  EXPECT_TRUE(a->stats().leads);
  EXPECT_FALSE(b->stats().leads);
  ASSERT_TRUE(b->append(make_batch(kNow, 0)));
  ASSERT_TRUE(a->append(make_batch(kNow + 1, 2)));
  ASSERT_TRUE(b->append(make_batch(kNow + 2, 4)));
  expect_same(*a, *b);
  EXPECT_EQ(count(content(*a)), 9U);
  EXPECT_EQ(content(*open()), content(*a));
}

TEST_F(SharingTest, TheIdentityRuleHoldsAcrossWriters) {
  const auto a = open();
  const auto b = open();
  ASSERT_TRUE(a->append(make_batch(kNow)));
  const auto same = b->append(make_batch(kNow));
  ASSERT_TRUE(same) << same.error().to_string();
  EXPECT_EQ(same->duplicates, 3U);
  const auto other = b->append(make_batch(kNow, 0, 4, 7));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->conflict_count, 3U);
  EXPECT_EQ(other->added, 1U);
  const auto late = a->append(make_batch(kNow, 3, 1, 8));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->conflict_count, 1U);
  expect_same(*a, *b);
}

TEST_F(SharingTest, ThreadsOfSeveralWritersLoseNothingAndConflictExactly) {
  constexpr int kWriters = 3;
  constexpr int64_t kTimes = 60;
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < kWriters; ++i) stores.push_back(open());
  std::vector<AppendResult> results(kWriters);
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < kWriters; ++w) {
      threads.emplace_back([&, w] {
        for (int64_t k = 0; k < kTimes; ++k) {
          // Everybody sends the same series and times: one of them wins each, the others' bits differ.
          const auto result =
              stores[static_cast<size_t>(w)]->append(make_batch(kNow + k, static_cast<int>(k % 20), 4, w));
          ASSERT_TRUE(result) << result.error().to_string();
          results[static_cast<size_t>(w)].added += result->added;
          results[static_cast<size_t>(w)].conflict_count += result->conflict_count;
          if (w == 0 && k % 16 == 15) {
            ASSERT_TRUE(stores[0]->seal());
          }
        }
      });
    }
  }
  uint64_t added = 0;
  uint64_t conflicts = 0;
  for (const AppendResult& result : results) {
    added += result.added;
    conflicts += result.conflict_count;
  }
  EXPECT_EQ(added, 4U * kTimes);
  EXPECT_EQ(conflicts, 4U * kTimes * (kWriters - 1));
  for (const auto& store : stores) expect_same(*stores[0], *store);
  EXPECT_EQ(count(content(*stores[0])), 4U * kTimes);
  EXPECT_EQ(content(*open()), content(*stores[0]));
}

TEST_F(SharingTest, AFollowerReadsAndAppendsWhileTheLeaderTidiesUp) {
  EngineOptions o = options();
  o.retention.age = milliseconds(3 * kDay);
  const auto leader = open(o);
  const auto follower = open(o);
  Model model;
  const auto append = [&](Store& store, const model::Batch& batch) {
    const auto result = store.append(batch);
    ASSERT_TRUE(result) << result.error().to_string();
    EXPECT_EQ(result->added, model.append(batch).added);
  };
  append(*follower, make_batch(kNow, 0, 5));
  ASSERT_TRUE(leader->refresh());
  ASSERT_TRUE(leader->seal());
  append(*follower, make_batch(kNow + 1, 3, 5));  // it does not know yet of the seal
  append(*follower, make_batch(kNow - 1, 0, 2));  // late
  append(*leader, make_batch(kNow - 2 * kDay, 7, 3));
  append(*follower, make_batch(kNow + 2, 7, 3));
  ASSERT_TRUE(leader->seal());
  ASSERT_TRUE(leader->compact());
  expect_same(*leader, *follower);
  EXPECT_EQ(content(*follower), model.samples);
  // Series without samples go; the follower brings one of them back, and others, at the same time.
  clock_.set({kNow + 2 * kDay});
  append(*follower, make_batch(kNow + kDay, 20, 2));
  ASSERT_TRUE(leader->refresh());
  ASSERT_TRUE(leader->seal());
  ASSERT_TRUE(leader->apply_retention({kNow + 4 * kDay - 1}));
  append(*follower, make_batch(kNow + 2 * kDay, 7, 3));
  expect_same(*leader, *follower);
  EXPECT_EQ(content(*open(o)), content(*leader));
  EXPECT_EQ(leader->stats().series, follower->stats().series);
}

TEST_F(SharingTest, WhatTheLeaderAloneDoesIsRefusedByAFollowerThatSaysWho) {
  const auto leader = open();
  const auto follower = open();
  ASSERT_TRUE(follower->append(make_batch(kNow)));
  const auto refused = follower->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "test");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(refused.error().to_string().find(fmt::format("pid {}", ::getpid())), std::string::npos)
      << refused.error().to_string();
  const Record record[] = {{"x", "y"}};
  EXPECT_FALSE(follower->migratable()->put_records(record));
  ASSERT_TRUE(follower->seal());
  EXPECT_EQ(follower->stats().packs, 0U);
  ASSERT_TRUE(leader->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "test"));
  expect_same(*leader, *follower);
  EXPECT_EQ(count(content(*follower)), 0U);
  EXPECT_EQ(follower->stats().series, 0U);
}

TEST_F(SharingTest, AQueryOfAFollowerOutlivesACompaction) {
  EngineOptions o = options();
  o.cache_bytes = 0;
  const auto leader = open(o);
  const auto follower = open(o);
  for (int64_t k = 0; k < 4; ++k) {
    ASSERT_TRUE(leader->append(make_batch(kNow + k)));
    ASSERT_TRUE(leader->seal());
  }
  ASSERT_TRUE(follower->refresh());
  const auto querier = *follower->querier(TimestampMs::min(), TimestampMs::max());
  const auto set = *querier->select({});
  ASSERT_TRUE(leader->compact());
  Columns columns;
  while (set->next()) {
    const Status status = set->read(columns);
    ASSERT_TRUE(status) << status.error().to_string();
    EXPECT_EQ(columns.t.size(), 4U);
  }
  const auto bytes = [&] { return database_.query("SELECT count(*) FROM pack_data"); };
  EXPECT_EQ(bytes(), 5);
  ASSERT_TRUE(follower->refresh());
  clock_.advance(o.grace + milliseconds(1));
  ASSERT_TRUE(leader->compact());
  EXPECT_EQ(bytes(), 1);
  // One that is slower still, or whose samples were deleted for good, is told to ask again.
  const auto late = *follower->querier(TimestampMs::min(), TimestampMs::max());
  const auto old = *late->select({});
  ASSERT_TRUE(leader->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "test"));
  ASSERT_TRUE(old->next());
  const Status gone = old->read(columns);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), Code::kUnavailable) << gone.error().to_string();
}

TEST_F(SharingTest, WhoIsLeftTakesTheLeadAndSealsWhatTheDeadOneLeft) {
  auto leader = open();
  const auto follower = open();
  ASSERT_TRUE(leader->append(make_batch(kNow)));
  ASSERT_TRUE(leader->seal());
  ASSERT_TRUE(leader->append(make_batch(kNow + 1)));
  leader.reset();
  ASSERT_TRUE(follower->append(make_batch(kNow + 2)));
  while (!follower->stats().leads) ASSERT_TRUE(follower->refresh());
  EXPECT_EQ(follower->stats().take_overs, 1U);
  ASSERT_TRUE(follower->seal());
  EXPECT_EQ(database_.query("SELECT count(*) FROM journal"), 0);
  EXPECT_EQ(count(content(*follower)), 9U);
  EXPECT_EQ(follower->stats().samples, 9U);
  const auto third = open();
  EXPECT_FALSE(third->stats().leads);
  EXPECT_EQ(content(*third), content(*follower));
}

// Wherever the leader's connection breaks: nothing acknowledged is lost, nothing is there twice, and both go on.
TEST_F(SharingTest, ALeaderThatIsCutOffAnywhereIsReplaced) {
  auto a = open();
  auto b = open();
  Model model;
  int64_t t = kNow;
  const auto append = [&](Store& store, int first) {
    const model::Batch batch = make_batch(++t, first, 5);
    auto result = store.append(batch);
    while (!result && result.error().code() == Code::kUnavailable) result = store.append(batch);
    ASSERT_TRUE(result) << result.error().to_string();
    model.append(batch);
  };
  for (const std::string_view point : kFaultPoints) {
    if (point == kFaultOpenBeforeReplay || point == kFaultCreateBeforeRename) continue;
    SCOPED_TRACE(point);
    if (!a->stats().leads) std::swap(a, b);
    ASSERT_TRUE(a->stats().leads);
    append(*a, 0);
    append(*b, static_cast<int>(t % 7));
    ASSERT_TRUE(a->refresh());
    fault::arm(point, fault::Action::kError, 1);
    append(*a, 0);
    static_cast<void>(a->seal());
    static_cast<void>(a->compact());
    fault::disarm();
    cut_off_leader();
    append(*b, 2);
    while (!b->stats().leads) ASSERT_TRUE(b->refresh());
    append(*a, 4);
    ASSERT_TRUE(b->refresh());
    ASSERT_TRUE(b->seal());
    append(*a, 1);
    ASSERT_TRUE(b->compact());
    expect_same(*a, *b);
    EXPECT_FALSE(a->stats().leads);
    EXPECT_TRUE(content(*b) == model.samples);
  }
  EXPECT_TRUE(content(*open()) == model.samples);
}

TEST_F(SharingTest, WhoAppendsToAStoreThatIsRetiredMeanwhileIsFenced) {
  const auto leader = open();
  const auto follower = open();
  ASSERT_TRUE(follower->append(make_batch(kNow)));
  ASSERT_TRUE(leader->refresh());
  const Record retired[] = {{std::string(kRecordRetired), "gone to sqlite:/b"}};
  const int64_t drained = leader->migratable()->position();
  ASSERT_TRUE(follower->append(make_batch(kNow + 1)));
  // What was drained is not all any more.
  const Status early = leader->migratable()->put_records(retired, drained);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code(), Code::kUnavailable) << early.error().to_string();
  // Held, an append waits, and meets the record.
  ASSERT_TRUE(leader->migratable()->hold_others(true));
  Result<AppendResult> late = AppendResult();
  std::jthread other([&] { late = follower->append(make_batch(kNow + 2)); });
  ASSERT_TRUE(leader->refresh());
  ASSERT_TRUE(leader->migratable()->put_records(retired, leader->migratable()->position()));
  ASSERT_TRUE(leader->migratable()->hold_others(false));
  other.join();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message(), "gone to sqlite:/b") << late.error().to_string();
  EXPECT_EQ(database_.query("SELECT count(*) FROM journal"), 2);
  const Record back[] = {{std::string(kRecordRetired), std::nullopt}};
  ASSERT_TRUE(leader->migratable()->put_records(back));
  ASSERT_TRUE(follower->refresh());
  EXPECT_TRUE(follower->append(make_batch(kNow + 2)));
}

TEST_F(SharingTest, ARetiredStoreIsLeftToWhoMigratesIt) {
  auto migrator = open();
  const auto follower = open();
  ASSERT_TRUE(migrator->append(make_batch(kNow)));
  const Record retired[] = {{std::string(kRecordRetired), "gone to sqlite:/b"}};
  ASSERT_TRUE(migrator->migratable()->put_records(retired));
  // All connections break, and the follower is the first to come back.
  database_.exec(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
      "pid <> pg_backend_pid()");
  Status back = follower->refresh();
  while (!back && back.error().code() == Code::kUnavailable) back = follower->refresh();
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_FALSE(follower->stats().leads);
  const Status asked = follower->migratable()->check_lead();
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().message(), "gone to sqlite:/b");
  // One that opens it takes the lead until it knows better.
  const auto late = open();
  EXPECT_TRUE(late->stats().leads);
  Result<AppendResult> applied = migrator->migratable()->apply(make_batch(kNow + 1), {});
  while (!applied && applied.error().code() == Code::kUnavailable) {
    ASSERT_TRUE(late->refresh());
    applied = migrator->migratable()->apply(make_batch(kNow + 1), {});
  }
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_TRUE(migrator->stats().leads);
}

TEST_F(SharingTest, AnotherRowInThePlaceOfAnAcknowledgedOneIsNoticed) {
  const auto first = open();
  ASSERT_TRUE(first->append(make_batch(kNow)));
  ASSERT_TRUE(first->append(make_batch(kNow + 1)));
  // As after a restored backup, which another program was the first to go on from.
  cut_off_leader();
  database_.exec("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)");
  const auto second = open();
  ASSERT_TRUE(second->append(make_batch(kNow + 2)));
  Result<AppendResult> late = first->append(make_batch(kNow + 3));
  while (!late && late.error().code() == Code::kUnavailable) late = first->append(make_batch(kNow + 3));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(late.error().to_string().find("went back to an older state"), std::string::npos)
      << late.error().to_string();
  EXPECT_EQ(count(content(*second)), 6U);
}

TEST_F(SharingTest, OneThatANewerVersionHasLeftBehindWritesNothing) {
  const auto leader = open();
  const auto follower = open();
  ASSERT_TRUE(follower->append(make_batch(kNow)));
  // What bringing the tables up does to those of an older version.
  database_.exec(
      "INSERT INTO meta VALUES('generation', '7') ON CONFLICT(key) DO UPDATE SET value = '7'; "
      "UPDATE meta SET value = '2' WHERE key = 'schema'");
  const auto late = follower->append(make_batch(kNow + 1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::kFailedPrecondition) << late.error().to_string();
  EXPECT_NE(late.error().to_string().find("another version of Oreum"), std::string::npos) << late.error().to_string();
  EXPECT_EQ(database_.query("SELECT count(*) FROM journal"), 1);
  EXPECT_FALSE(follower->healthy());
}

// Random histories of two engines against a map; who leads changes, too.
TEST_F(SharingTest, TwoEnginesBehaveLikeOneMap) {
  const char* given = std::getenv("OREUM_SEED");  // NOLINT(concurrency-mt-unsafe)
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE(fmt::format("OREUM_SEED={}", seed));
  std::mt19937_64 random(seed);
  EngineOptions o = options();
  o.cache_bytes = 100'000;
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < 2; ++i) stores.push_back(open(o));
  Model model;
  const auto leader = [&]() -> Store& {
    for (;;) {
      for (const auto& store : stores) {
        Status status = store->refresh();
        EXPECT_TRUE(status || status.error().code() == Code::kUnavailable) << status.error().to_string();
        if (status && store->stats().leads) return *store;
      }
    }
  };
  for (int step = 0; step < 400; ++step) {
    std::unique_ptr<Store>& any = stores[random() % 2];
    switch (random() % 24) {
      case 0:
      case 1: ASSERT_TRUE(leader().seal()); break;
      case 2: ASSERT_TRUE(leader().compact()); break;
      case 3: ASSERT_TRUE(leader().apply_retention({kNow})); break;
      case 4: {
        const TimestampMs from{kNow + static_cast<int64_t>(random() % 200)};
        const TimestampMs to{from.ms + static_cast<int64_t>(random() % 100)};
        const model::Matcher matchers[] = {
            {.op = model::Matcher::Op::kEqual, .name = std::string(model::kMetricName), .value = "even"}};
        Store& who = leader();
        const auto deleted = who.delete_samples(matchers, from, to, "test");
        ASSERT_TRUE(deleted) << deleted.error().to_string();
        EXPECT_EQ(deleted->samples, model.erase("even", from, to));
        break;
      }
      case 5:
        any.reset();
        any = open(o);
        break;
      case 6: cut_off_leader(); break;
      case 7: static_cast<void>(any->refresh()); break;
      default: {
        model::Batch batch;
        for (uint64_t n = random() % 12; n > 0; --n) {
          const double v = random() % 3 == 0 ? odd_value(random()) : static_cast<double>(random() % 2);
          batch.add(batch.own(make_series(static_cast<int>(random() % 30))),
                    {kNow + step / 4 + static_cast<int64_t>(random() % 60)}, v);
        }
        auto result = any->append(batch);
        // Cut off: it is not known what was kept, and sent again it is a no-op where it was.
        const bool again = !result;
        while (!result && result.error().code() == Code::kUnavailable) result = any->append(batch);
        ASSERT_TRUE(result) << result.error().to_string();
        const AppendResult expected = model.append(batch);
        if (!again) {
          EXPECT_EQ(result->added, expected.added);
          EXPECT_EQ(result->duplicates, expected.duplicates);
        }
        EXPECT_EQ(result->conflict_count, expected.conflict_count);
      }
    }
    if (step % 8 == 7) {
      for (const auto& store : stores) {
        Status status = store->refresh();
        while (!status && status.error().code() == Code::kUnavailable) status = store->refresh();
        ASSERT_TRUE(status) << status.error().to_string();
        ASSERT_TRUE(content(*store) == model.samples) << "step " << step;
        ASSERT_EQ(store->stats().samples, count(model.samples)) << "step " << step;
      }
    }
    if (HasFailure()) break;
  }
  EXPECT_TRUE(content(*open(o)) == model.samples);
}

}  // namespace
}  // namespace oreum::storage
