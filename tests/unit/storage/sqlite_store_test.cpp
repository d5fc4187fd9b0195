#include "storage/sqlite/sqlite_store.h"

#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "db/sqlite.h"
#include "encoding/chunk.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using test::content;
using test::count;
using test::make_series;

constexpr int64_t kNow = 1'700'000'000'000;

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteOptions options() {
    SqliteOptions o{.folder = dir_.path() / "data", .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0};
    return o;
  }
  std::unique_ptr<Store> open(const SqliteOptions& o) {
    Result<std::unique_ptr<Store>> store = SqliteStore::open(o);
    EXPECT_TRUE(store.has_value()) << store.error().to_string();
    return store ? std::move(*store) : nullptr;
  }
  std::string file() const { return dir_ / "data/oreum.db"; }
  /// One sample of each of `n` series at t.
  static AppendResult tick(Store& store, int64_t t, int n = 3, double v = 1) {
    model::Batch batch;
    for (int i = 0; i < n; ++i) batch.add(batch.own(make_series(i)), {t}, v + i);
    Result<AppendResult> result = store.append(batch);
    EXPECT_TRUE(result.has_value()) << result.error().to_string();
    return result ? *result : AppendResult{};
  }

  oreum::test::TempDir dir_;
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(SqliteStoreTest, KeepsSamplesThroughReopenAndSeal) {
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

TEST_F(SqliteStoreTest, TheSameBitsAreANoOpAndOthersAConflict) {
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

TEST_F(SqliteStoreTest, TheIdentityRuleHoldsWithinABatch) {
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

TEST_F(SqliteStoreTest, AnyOrderWithinTheRetentionAndNothingBeforeIt) {
  SqliteOptions o = options();
  o.retention.age = milliseconds(10'000);
  const auto store = open(o);
  EXPECT_EQ(tick(*store, kNow).added, 3U);
  EXPECT_EQ(tick(*store, kNow - 10'000).added, 3U);
  EXPECT_EQ(tick(*store, kNow - 10'001).too_old, 3U);
  EXPECT_EQ(tick(*store, kNow + 100'000).added, 3U);
}

TEST_F(SqliteStoreTest, TimesBefore1970AndAtTheEnds) {
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

TEST_F(SqliteStoreTest, SelectsByMatchersInTheOrderOfLabels) {
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

TEST_F(SqliteStoreTest, AQuerierKeepsSeeingWhatWasThereThroughSeals) {
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

TEST_F(SqliteStoreTest, CompactionPutsSealsTogetherAndFreesTheirBytes) {
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
  const auto rows = [&] {
    return *db::Database::open(file(), db::Database::Mode::kReadWrite)->query_int("SELECT count(*) FROM pack_data");
  };
  EXPECT_EQ(rows(), 8);  // the old bytes are there while somebody may read them
  Columns columns;
  ASSERT_TRUE(held->read(columns));
  EXPECT_EQ(columns.t.size(), 7U);
  held.reset();
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(rows(), 2);
}

TEST_F(SqliteStoreTest, AMillionSamplesOfASeriesBetweenTwoSeals) {
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

TEST_F(SqliteStoreTest, BytesThatNoPackHasAreCollected) {
  {
    const auto store = open(options());
    tick(*store, kNow);
    ASSERT_TRUE(store->seal());
  }
  db::Database db = *db::Database::open(file(), db::Database::Mode::kReadWrite);
  ASSERT_TRUE(db.exec("INSERT INTO pack_data(id, data) VALUES(77, zeroblob(100))"));
  const auto store = open(options());
  tick(*store, kNow + 1);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->apply_retention({kNow}));
  EXPECT_EQ(*db.query_text("SELECT group_concat(id) FROM pack_data ORDER BY id"), "1,78");
}

TEST_F(SqliteStoreTest, SmallSeriesBlocksArePutTogether) {
  const auto rows = [&] {
    return *db::Database::open(file(), db::Database::Mode::kReadWrite)->query_int("SELECT count(*) FROM series");
  };
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

TEST_F(SqliteStoreTest, TheSeriesLimitRejectsWithAReason) {
  SqliteOptions o = options();
  o.max_series = 2;
  const auto store = open(o);
  const AppendResult result = tick(*store, kNow);
  EXPECT_EQ(result.added, 2U);
  EXPECT_EQ(result.rejected, 1U);
  EXPECT_NE(result.first_rejected.find("limit of 2 series"), std::string::npos);
  EXPECT_EQ(tick(*store, kNow + 1).added, 2U);
}

TEST_F(SqliteStoreTest, ASecondOpenIsRefusedNamingThePid) {
  const auto store = open(options());
  const auto second = SqliteStore::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::kUnavailable);
  EXPECT_NE(second.error().to_string().find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(SqliteStoreTest, RetentionByAgeDeletesWholeChunksAndEmptySeries) {
  SqliteOptions o = options();
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

TEST_F(SqliteStoreTest, RetentionBySizeDeletesTheOldestAndGivesDiskBack) {
  SqliteOptions o = options();
  std::mt19937_64 random(1);
  const auto fill = [&](Store& store, int64_t from) {
    for (int i = 0; i < 100; ++i) {
      model::Batch batch;
      for (int s = 0; s < 100; ++s) {
        batch.add(batch.own(make_series(s)), {from + i}, std::bit_cast<double>(random()));
      }
      ASSERT_TRUE(store.append(batch));
    }
    ASSERT_TRUE(store.seal());
  };
  uint64_t full = 0;
  {
    const auto store = open(o);
    for (int64_t k = 0; k < 30; ++k) fill(*store, kNow + k * 1000);
    ASSERT_TRUE(store->apply_retention({kNow}));
    EXPECT_EQ(store->stats().samples, 300'000U);
  }
  full = std::filesystem::file_size(file());
  o.retention.bytes = full / 4;
  {
    const auto store = open(o);
    ASSERT_TRUE(store->apply_retention({kNow}));
    const StoreStats stats = store->stats();
    // Bounded, and no more than was needed is gone.
    EXPECT_LT(stats.samples, 300'000U / 4 + 10'000);
    EXPECT_GT(stats.samples, 300'000U / 5);
    EXPECT_GT(stats.t_min.ms, kNow + 20'000);
    EXPECT_EQ(stats.t_max.ms, kNow + 29'099);
    EXPECT_EQ(count(content(*store)), stats.samples);
  }
  EXPECT_LT(std::filesystem::file_size(file()), full / 3);
}

TEST_F(SqliteStoreTest, AFullDiskIsAnErrorAndNothingIsLost) {
  SqliteOptions o = options();
  o.max_pages = 60;
  std::mt19937_64 random(1);
  test::Model expected;
  {
    const auto store = open(o);
    bool full = false;
    for (int i = 0; i < 1000 && !full; ++i) {
      model::Batch batch;
      for (int s = 0; s < 100; ++s) {
        batch.add(batch.own(make_series(s)), {kNow + i}, std::bit_cast<double>(random()));
      }
      const auto result = store->append(batch);
      if (result) {
        expected.append(batch);
      } else {
        full = true;
        EXPECT_EQ(result.error().code(), Code::kResourceExhausted);
        EXPECT_NE(result.error().to_string().find("disk"), std::string::npos);
        EXPECT_FALSE(store->healthy());
      }
    }
    ASSERT_TRUE(full);
    EXPECT_EQ(content(*store), expected.samples);
  }
  o.max_pages = 0;
  const auto store = open(o);
  EXPECT_EQ(content(*store), expected.samples);
  tick(*store, kNow + 5000);
  EXPECT_TRUE(store->healthy());
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(count(content(*store)), count(expected.samples) + 3);
}

TEST_F(SqliteStoreTest, AnUnwritableFolderIsAClearError) {
  dir_.write("file", "x");
  SqliteOptions o = options();
  o.folder = dir_.path() / "file" / "data";
  const auto store = SqliteStore::open(o);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().to_string().find("--data"), std::string::npos);
}

TEST_F(SqliteStoreTest, EmptyMissingForeignAndNewerDatabasesAreRefused) {
  {
    tick(*open(options()), kNow);
  }
  const std::string good = *read_file(file());
  const auto refused = [&](Code code, std::string_view text) {
    const auto store = SqliteStore::open(options());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), code) << store.error().to_string();
    EXPECT_NE(store.error().to_string().find(text), std::string::npos) << store.error().to_string();
  };
  dir_.write("data/oreum.db", "");
  refused(Code::kDataLoss, "backup");
  dir_.write("data/oreum.db", std::string(8192, 'x'));
  refused(Code::kDataLoss, "backup");
  dir_.write("data/oreum.db", good.substr(0, 5000));
  refused(Code::kDataLoss, "backup");
  std::filesystem::remove(file());
  dir_.write("data/oreum.db-wal", "left behind");
  refused(Code::kDataLoss, "missing");
  std::filesystem::remove(file() + "-wal");
  {
    db::Database foreign = *db::Database::open(file(), db::Database::Mode::kCreate);
    ASSERT_TRUE(foreign.exec("CREATE TABLE t(a)"));
  }
  refused(Code::kFailedPrecondition, "not an Oreum database");
  dir_.write("data/oreum.db", good);
  {
    db::Database newer = *db::Database::open(file(), db::Database::Mode::kReadWrite);
    ASSERT_TRUE(newer.exec("UPDATE meta SET value = '99' WHERE key = 'schema'"));
  }
  refused(Code::kFailedPrecondition, "newer Oreum");
  dir_.write("data/oreum.db", good);
  EXPECT_EQ(count(content(*open(options()))), 3U);
}

TEST_F(SqliteStoreTest, ADatabaseOfSchema1IsBroughtUp) {
  std::filesystem::create_directories(dir_.path() / "data");
  {
    db::Database old = *db::Database::open(file(), db::Database::Mode::kCreate);
    ASSERT_TRUE(old.exec(R"(
      PRAGMA application_id = 1330791757;
      CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO meta VALUES('schema', '1'), ('instance_id', 'abc'), ('journal_floor', '7');
      CREATE TABLE series(ref INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, labels BLOB NOT NULL, chunks INTEGER,
        samples INTEGER, t_min INTEGER, t_max INTEGER) STRICT;
      CREATE TABLE chunk(id INTEGER PRIMARY KEY, ref INTEGER NOT NULL, t_min INTEGER NOT NULL, t_max INTEGER NOT NULL,
        n INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
      CREATE INDEX chunk_by_series ON chunk(ref, t_max, t_min);
      CREATE TABLE journal(seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;)"));
    db::Statement series = *old.prepare("INSERT INTO series(ref, id, labels) VALUES(?1, ?2, ?3)");
    db::Statement chunk = *old.prepare("INSERT INTO chunk(ref, t_min, t_max, n, data) VALUES(?1, 0, 0, 0, ?2)");
    for (int n = 0; n < 3; ++n) {
      const model::Series s = make_series(n);
      const std::string id = s.id.bytes();
      ASSERT_TRUE(series.bind(1, n + 4) && series.bind_blob(2, id) && series.bind_blob(3, s.labels.encoded()));
      ASSERT_TRUE(series.run());
      for (int64_t t = 0; t < 2; ++t) {  // the second chunk overlaps the first
        const int64_t times[] = {kNow + t, kNow + 10 + t};
        const double values[] = {1.0 * n, 2.0 * n};
        const std::string data = encoding::encode_chunk(times, values);
        ASSERT_TRUE(chunk.bind(1, n + 4) && chunk.bind_blob(2, data));
        ASSERT_TRUE(chunk.run());
      }
    }
  }
  for (int round = 0; round < 2; ++round) {
    const auto store = open(options());
    EXPECT_EQ(store->instance_id(), "abc");
    EXPECT_EQ(store->stats().samples, 12U);
    const auto all = content(*store);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all.at(R"(even{n="2"})").at(kNow + 11), std::bit_cast<uint64_t>(4.0));
    EXPECT_EQ(tick(*store, kNow, 3, 0).duplicates, 3U);
  }
}

TEST_F(SqliteStoreTest, FlippedBytesAreReportedAndNeverCrash) {
  {
    SqliteOptions o = options();
    const auto store = open(o);
    for (int i = 0; i < 50; ++i) tick(*store, kNow + i, 40, i * 1.1);
    ASSERT_TRUE(store->seal());
    for (int i = 50; i < 60; ++i) tick(*store, kNow + i, 40, i * 1.1);
  }
  const std::string good = *read_file(file());
  std::mt19937_64 random(7);
  int noticed = 0;
  for (int round = 0; round < 40; ++round) {
    std::string bad = good;
    for (int k = 0; k < 20; ++k) bad[random() % bad.size()] ^= static_cast<char>(1 + random() % 255);
    dir_.write("data/oreum.db", bad);
    std::filesystem::remove(file() + "-wal");
    std::filesystem::remove(file() + "-shm");
    const auto store = SqliteStore::open(options());
    if (!store) {
      ++noticed;
      continue;
    }
    const auto querier = *(*store)->querier(TimestampMs::min(), TimestampMs::max());
    const auto set = *querier->select({});
    Columns columns;
    while (set->next()) {
      if (const Status status = set->read(columns); !status) {
        ++noticed;
        EXPECT_EQ(status.error().code(), Code::kDataLoss) << status.error().to_string();
        break;
      }
    }
    static_cast<void>((*store)->seal());
    static_cast<void>((*store)->apply_retention({kNow}));
  }
  EXPECT_GT(noticed, 10);
}

TEST_F(SqliteStoreTest, ADamagedPackNamesItsSeriesAndOthersCanBeRead) {
  {
    const auto store = open(options());
    tick(*store, kNow);  // so that refs are in order
    ASSERT_TRUE(store->seal());
    model::Batch odd;
    odd.add(odd.own(make_series(1)), {kNow + 10}, 1);
    ASSERT_TRUE(store->append(odd));
    ASSERT_TRUE(store->seal());
  }
  {
    db::Database db = *db::Database::open(file(), db::Database::Mode::kReadWrite);
    ASSERT_TRUE(db.exec("UPDATE pack_data SET data = zeroblob(20) WHERE id = 2"));
  }
  const auto store = open(options());
  const auto querier = *store->querier(TimestampMs::min(), TimestampMs::max());
  const auto set = *querier->select({});
  Columns columns;
  int good = 0;
  while (set->next()) {
    const Status status = set->read(columns);
    if (status) {
      ++good;
      continue;
    }
    EXPECT_EQ(status.error().code(), Code::kDataLoss);
    EXPECT_NE(status.error().to_string().find(R"(odd{n="1"})"), std::string::npos);
    EXPECT_NE(status.error().to_string().find("2023-11-14"), std::string::npos);
  }
  EXPECT_EQ(good, 2);
  // A late sample into it cannot be judged; the rest of its batch is not held up.
  const AppendResult result = tick(*store, kNow + 10);
  EXPECT_EQ(result.rejected, 1U);
  EXPECT_EQ(result.added, 2U);
  EXPECT_EQ(tick(*store, kNow).duplicates, 3U);
  // Compaction leaves it alone, and does the rest.
  tick(*store, kNow + 20);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(store->stats().packs, 2U);
  EXPECT_EQ(tick(*store, kNow + 20).duplicates, 3U);
}

TEST_F(SqliteStoreTest, SealsByItselfWhileManyThreadsAppendAndRead) {
  SqliteOptions o = options();
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
    EXPECT_GT(store->stats().seals, 0U);
  }
  const auto store = open(options());
  EXPECT_EQ(count(content(*store)), 2000U);
  EXPECT_EQ(store->stats().samples, 2000U);
}

}  // namespace
}  // namespace oreum::storage
