#include "storage/sqlite/sqlite_store.h"

#include <random>

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

TEST_F(SqliteStoreTest, ASecondOpenIsRefusedNamingThePid) {
  const auto store = open(options());
  const auto second = SqliteStore::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::kUnavailable);
  EXPECT_NE(second.error().to_string().find(std::to_string(::getpid())), std::string::npos);
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

}  // namespace
}  // namespace oreum::storage
