// What every store must do, whatever database it is in.
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "storage/engine/options.h"
#include "support/store_database.h"
#include "support/store_model.h"

namespace oreum::storage {
namespace {

using test::content;
using test::count;
using test::Kind;
using test::make_series;

constexpr int64_t kNow = 1'700'000'000'000;

class StoreTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (!test::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  EngineOptions options() {
    EngineOptions o{.folder = database_.folder(), .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0};
    return o;
  }
  std::unique_ptr<Store> open(const EngineOptions& o) {
    Result<std::unique_ptr<Store>> store = database_.open(o);
    EXPECT_TRUE(store.has_value()) << store.error().to_string();
    return store ? std::move(*store) : nullptr;
  }
  /// One sample of each of `n` series at t.
  static AppendResult tick(Store& store, int64_t t, int n = 3, double v = 1) {
    model::Batch batch;
    for (int i = 0; i < n; ++i) batch.add(batch.own(make_series(i)), {t}, v + i);
    Result<AppendResult> result = store.append(batch);
    EXPECT_TRUE(result.has_value()) << result.error().to_string();
    return result ? *result : AppendResult{};
  }

  test::StoreDatabase database_{GetParam()};
  ManualClock clock_{TimestampMs{kNow}};
};

INSTANTIATE_TEST_SUITE_P(Databases, StoreTest, testing::Values(Kind::kSqlite, Kind::kPostgres),
                         testing::PrintToStringParamName());

TEST_P(StoreTest, KeepsSamplesThroughReopenAndSeal) {
  std::string id;
  {
    const auto store = open(options());
    id = store->instance_id();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(tick(*store, kNow).added, 3U);
    EXPECT_EQ(tick(*store, kNow + 1000).added, 3U);
  }
  {
    const auto store = open(options());
    EXPECT_EQ(store->instance_id(), id);
    EXPECT_EQ(count(content(*store)), 6U);
    EXPECT_EQ(store->stats().head_samples, 6U);
    ASSERT_TRUE(store->seal());
    EXPECT_EQ(store->stats().head_samples, 0U);
    EXPECT_EQ(store->stats().journal_rows, 0U);
    EXPECT_EQ(store->stats().packs, 1U);
    EXPECT_EQ(count(content(*store)), 6U);
    EXPECT_EQ(tick(*store, kNow + 2000).added, 3U);
  }
  const auto store = open(options());
  EXPECT_EQ(count(content(*store)), 9U);
  const StoreStats stats = store->stats();
  EXPECT_EQ(stats.samples, 9U);
  EXPECT_EQ(stats.series, 3U);
  EXPECT_EQ(stats.t_min.ms, kNow);
  EXPECT_EQ(stats.t_max.ms, kNow + 2000);
  EXPECT_GT(stats.disk_bytes, 0U);
}

TEST_P(StoreTest, TheSameBitsAreANoOpAndOthersAConflict) {
  const auto store = open(options());
  tick(*store, kNow);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(tick(*store, kNow).duplicates, 3U);
    const AppendResult result = tick(*store, kNow, 3, 5);
    EXPECT_EQ(result.conflict_count, 3U);
    ASSERT_EQ(result.conflicts.size(), 3U);
    EXPECT_EQ(result.conflicts[0].series, R"(even{n="0"})");
    EXPECT_EQ(result.conflicts[0].stored, 1);
    EXPECT_EQ(result.conflicts[0].sent, 5);
    ASSERT_TRUE(store->seal());  // and again against the chunks
  }
  EXPECT_EQ(store->stats().conflicts, 6U);
  EXPECT_EQ(store->stats().duplicates, 6U);
  EXPECT_EQ(store->stats().journal_rows, 0U);
}

TEST_P(StoreTest, TheIdentityRuleHoldsWithinABatch) {
  const auto store = open(options());
  model::Batch batch;
  const model::Series& a = batch.own(make_series(1));
  for (const auto& [t, v] : std::vector<std::pair<int64_t, double>>{
           {10, 1}, {10, 1}, {10, 2}, {5, 1}, {5, 1}, {5, 3}, {20, 1}, {10, 1}, {20, 2}}) {
    batch.add(a, {t}, v);
  }
  const AppendResult result = *store->append(batch);
  EXPECT_EQ(result.added, 3U);
  EXPECT_EQ(result.duplicates, 3U);
  EXPECT_EQ(result.conflict_count, 3U);
  EXPECT_EQ(count(content(*store)), 3U);
}

TEST_P(StoreTest, AnyOrderWithinTheRetentionAndNothingBeforeIt) {
  EngineOptions o = options();
  o.retention.age = milliseconds(10'000);
  const auto store = open(o);
  EXPECT_EQ(tick(*store, kNow).added, 3U);
  EXPECT_EQ(tick(*store, kNow - 10'000).added, 3U);
  EXPECT_EQ(tick(*store, kNow - 10'001).too_old, 3U);
  EXPECT_EQ(tick(*store, kNow + 100'000).added, 3U);
}

TEST_P(StoreTest, TimesBefore1970AndAtTheEnds) {
  for (const bool sealed : {false, true}) {
    const auto store = open(options());
    for (const int64_t t : {int64_t{-5'000'000'000'000}, int64_t{0}, INT64_MAX, INT64_MIN, int64_t{-1}}) {
      const AppendResult result = tick(*store, t, 1);
      EXPECT_EQ(sealed ? result.duplicates : result.added, 1U) << t;
    }
    ASSERT_TRUE(store->seal());
    EXPECT_EQ(count(content(*store)), 5U);
    EXPECT_EQ(count(content(*store, {-1}, {0})), 2U);
  }
}

TEST_P(StoreTest, SelectsByMatchersInTheOrderOfLabels) {
  using Op = model::Matcher::Op;
  const auto store = open(options());
  tick(*store, kNow, 12);
  const auto names = [&](std::vector<model::Matcher> matchers) {
    std::vector<std::string> found;
    const auto querier = *store->querier({kNow}, {kNow});
    const auto set = *querier->select(matchers);
    while (set->next()) found.push_back(set->series().labels.to_string());
    return found;
  };
  EXPECT_EQ(names({}).size(), 12U);
  EXPECT_EQ(names({})[1], R"(even{n="10"})");
  EXPECT_EQ(names({{Op::kEqual, "__name__", "odd"}}).size(), 6U);
  EXPECT_EQ(names({{Op::kEqual, "__name__", "odd"}, {Op::kRegex, "n", "1|3|4"}}),
            (std::vector<std::string>{R"(odd{n="1"})", R"(odd{n="3"})"}));
  EXPECT_EQ(names({{Op::kNotRegex, "n", "1.*"}}).size(), 9U);
  EXPECT_EQ(names({{Op::kEqual, "absent", ""}}).size(), 12U);
  EXPECT_EQ(names({{Op::kNotEqual, "absent", ""}}).size(), 0U);
  EXPECT_EQ(names({{Op::kEqual, "__name__", "nope"}}).size(), 0U);

  const auto querier = *store->querier({kNow}, {kNow});
  EXPECT_EQ(*querier->label_names({}), (std::vector<std::string>{"__name__", "n"}));
  const std::vector<model::Matcher> odd{{Op::kEqual, "__name__", "odd"}};
  EXPECT_EQ(*querier->label_values("n", odd), (std::vector<std::string>{"1", "11", "3", "5", "7", "9"}));
  const std::vector<model::Matcher> bad{{Op::kRegex, "n", "("}};
  EXPECT_EQ(querier->select(bad).error().code(), Code::kInvalidArgument);
}

TEST_P(StoreTest, AQuerierKeepsSeeingWhatWasThereThroughSeals) {
  const auto store = open(options());
  tick(*store, kNow);
  ASSERT_TRUE(store->seal());
  tick(*store, kNow + 1000);
  const auto querier = *store->querier(TimestampMs::min(), TimestampMs::max());
  const auto read = [&] {
    uint64_t n = 0;
    Columns columns;
    const auto set = *querier->select({});
    while (set->next()) {
      EXPECT_TRUE(set->read(columns));
      n += columns.t.size();
    }
    return n;
  };
  EXPECT_EQ(read(), 6U);  // pins the database
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(read(), 6U);
  tick(*store, kNow + 2000);
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(read(), 9U);
}

TEST_P(StoreTest, CompactionPutsSealsTogetherAndFreesTheirBytes) {
  const auto store = open(options());
  for (int i = 0; i < 5; ++i) {
    tick(*store, kNow + i * 1000, 4, i);
    ASSERT_TRUE(store->seal());
  }
  tick(*store, kNow + 500, 4, 9);  // late, into all of them
  ASSERT_TRUE(store->seal());
  tick(*store, kNow + 2 * 86'400'000LL, 4);  // another day
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(store->stats().packs, 7U);
  const auto before = content(*store);
  const auto querier = *store->querier(TimestampMs::min(), TimestampMs::max());
  auto held = *querier->select({});
  ASSERT_TRUE(held->next());
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(store->stats().packs, 2U);
  EXPECT_EQ(store->stats().compactions, 1U);
  EXPECT_EQ(store->stats().samples, 28U);
  EXPECT_EQ(content(*store), before);
  const auto rows = [&] { return database_.query("SELECT count(*) FROM pack_data"); };
  EXPECT_EQ(rows(), 8);  // the old bytes are there while somebody may read them
  Columns columns;
  ASSERT_TRUE(held->read(columns));
  EXPECT_EQ(columns.t.size(), 7U);
  held.reset();
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(rows(), 2);
}

TEST_P(StoreTest, AMillionSamplesOfASeriesBetweenTwoSeals) {
  const auto store = open(options());
  constexpr int64_t kSamples = 1'200'000;
  model::Batch batch;
  const model::Series& series = batch.own(make_series(1));
  for (int64_t i = 0; i < kSamples; ++i) batch.add(series, {kNow + i}, static_cast<double>(i / 7));
  ASSERT_TRUE(store->append(batch));
  ASSERT_TRUE(store->seal());
  const auto querier = *store->querier(TimestampMs::min(), TimestampMs::max());
  const auto set = *querier->select({});
  ASSERT_TRUE(set->next());
  Columns columns;
  ASSERT_TRUE(set->read(columns));
  ASSERT_EQ(columns.t.size(), static_cast<size_t>(kSamples));
  EXPECT_EQ(columns.t.back(), kNow + kSamples - 1);
  EXPECT_EQ(columns.v.back(), static_cast<double>((kSamples - 1) / 7));
}

TEST_P(StoreTest, BytesThatNoPackHasAreCollected) {
  {
    const auto store = open(options());
    tick(*store, kNow);
    ASSERT_TRUE(store->seal());
  }
  database_.exec(GetParam() == Kind::kSqlite ? "INSERT INTO pack_data(id, data) VALUES(77, zeroblob(100))"
                                             : "INSERT INTO pack_data(day, id, data) VALUES(7, 77, 'garbage')");
  const auto store = open(options());
  tick(*store, kNow + 1);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->apply_retention({kNow}));
  EXPECT_EQ(database_.query("SELECT count(*) FROM pack_data"), 2);
  EXPECT_EQ(database_.query("SELECT count(*) FROM pack_data WHERE id IN (1, 78)"), 2);
}

TEST_P(StoreTest, SmallSeriesBlocksArePutTogether) {
  const auto rows = [&] { return database_.query("SELECT count(*) FROM series"); };
  {
    const auto store = open(options());
    for (int n = 1; n <= 20; ++n) tick(*store, kNow + n, n);
    EXPECT_EQ(rows(), 20);
    ASSERT_TRUE(store->compact());
    EXPECT_EQ(rows(), 1);
    tick(*store, kNow + 21, 21);
    EXPECT_EQ(rows(), 2);
  }
  const auto store = open(options());
  EXPECT_EQ(store->stats().series, 21U);
  EXPECT_EQ(tick(*store, kNow + 21, 21).duplicates, 21U);
}

TEST_P(StoreTest, TheSeriesLimitRejectsWithAReason) {
  EngineOptions o = options();
  o.max_series = 2;
  const auto store = open(o);
  const AppendResult result = tick(*store, kNow);
  EXPECT_EQ(result.added, 2U);
  EXPECT_EQ(result.rejected, 1U);
  EXPECT_NE(result.first_rejected.find("limit of 2 series"), std::string::npos);
  EXPECT_EQ(tick(*store, kNow + 1).added, 2U);
}

TEST_P(StoreTest, RetentionByAgeDeletesWholeChunksAndEmptySeries) {
  EngineOptions o = options();
  o.retention.age = milliseconds(100'000);
  o.retention.minutes = o.retention.hours = Retention::kNone;
  const auto store = open(o);
  tick(*store, kNow - 90'000, 5);
  ASSERT_TRUE(store->seal());
  tick(*store, kNow, 2);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->apply_retention({kNow}));
  EXPECT_EQ(store->stats().samples, 7U);
  ASSERT_TRUE(store->apply_retention({kNow + 20'000}));
  EXPECT_EQ(store->stats().samples, 2U);
  EXPECT_EQ(store->stats().deleted_samples, 5U);
  EXPECT_EQ(store->stats().series, 2U);
  EXPECT_EQ(store->stats().t_min.ms, kNow);
  EXPECT_EQ(count(content(*store)), 2U);
  EXPECT_EQ(tick(*store, kNow + 1, 5).added, 5U);  // the series come back
  EXPECT_EQ(count(content(*store)), 7U);
}

TEST_P(StoreTest, SealsByItselfWhileManyThreadsAppendAndRead) {
  EngineOptions o = options();
  o.background = true;
  o.chunk_samples = 10;
  o.maintenance_interval = milliseconds(1);
  {
    const auto store = open(o);
    std::vector<std::jthread> threads;
    for (int w = 0; w < 2; ++w) {
      threads.emplace_back([&store, w] {
        for (int i = 0; i < 200; ++i) {
          model::Batch batch;
          for (int s = 0; s < 5; ++s) batch.add(batch.own(make_series(w * 5 + s)), {kNow + i}, i);
          EXPECT_TRUE(store->append(batch));
        }
      });
    }
    threads.emplace_back([&store] {
      uint64_t seen = 0;
      for (int i = 0; i < 50; ++i) {
        const uint64_t now = count(content(*store));
        EXPECT_GE(now, seen);
        seen = now;
      }
    });
    threads.clear();
    EXPECT_EQ(count(content(*store)), 2000U);
    while (store->stats().seals == 0) std::this_thread::yield();
  }
  const auto store = open(options());
  EXPECT_EQ(count(content(*store)), 2000U);
  EXPECT_EQ(store->stats().samples, 2000U);
}

}  // namespace
}  // namespace oreum::storage
