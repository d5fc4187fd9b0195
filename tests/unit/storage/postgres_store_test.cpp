#include "storage/postgres/postgres_store.h"

#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "storage/migratable.h"
#include "storage/postgres/schema.h"
#include "support/postgres_server.h"
#include "support/store_database.h"
#include "support/store_model.h"

namespace oreum::storage {
namespace {

using oreum::test::PostgresServer;
using test::content;
using test::count;
using test::Kind;
using test::make_series;
using test::StoreDatabase;

constexpr int64_t kDay = 86'400'000;
constexpr int64_t kNow = 19'700 * kDay;

EngineOptions options_of(const Clock& clock) {
  EngineOptions o{.folder = {}, .clock = clock};
  o.background = false;
  o.retention = {.age = milliseconds(0), .bytes = 0, .minutes = Retention::kNone, .hours = Retention::kNone};
  return o;
}

model::Batch make_batch(int64_t t, int n = 3, double v = 1) {
  model::Batch batch;
  for (int i = 0; i < n; ++i) batch.add(batch.own(make_series(i)), {t}, v + i);
  return batch;
}

class PostgresStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::available(Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  std::unique_ptr<Store> open(const EngineOptions& o) {
    auto store = database_.open(o);
    EXPECT_TRUE(store) << store.error().to_string();
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<Store> open() { return open(options_of(clock_)); }
  void refused(Code code, std::string_view text, const PostgresOptions& o) {
    const auto store = PostgresStore::open(o);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), code) << store.error().to_string();
    EXPECT_NE(store.error().to_string().find(text), std::string::npos) << store.error().to_string();
  }
  PostgresOptions postgres() const {
    return {options_of(clock_), PostgresServer::shared()->address(), database_.schema()};
  }
  int64_t partitions() const {
    return database_.query("SELECT count(*) FROM pg_class WHERE relnamespace = '" + database_.schema() +
                           "'::regnamespace AND relkind = 'r' AND relname ~ '^pack_d[0-9]+$'");
  }

  StoreDatabase database_{Kind::kPostgres};
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(PostgresStoreTest, ADayOfRawPacksIsAPartitionThatRetentionDrops) {
  EngineOptions o = options_of(clock_);
  o.retention.age = milliseconds(3 * kDay + kDay / 2);
  const auto store = open(o);
  for (int64_t day = 0; day < 4; ++day) {
    for (int64_t k = 0; k < 3; ++k) {
      ASSERT_TRUE(store->append(make_batch(kNow - day * kDay + k)));
      ASSERT_TRUE(store->seal());
    }
  }
  EXPECT_EQ(partitions(), 4);
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(partitions(), 4);
  EXPECT_EQ(database_.query("SELECT count(*) FROM pack_data"), 4);
  ASSERT_TRUE(store->apply_retention({kNow + 2 * kDay}));
  EXPECT_EQ(partitions(), 2);
  EXPECT_EQ(count(content(*store)), 18U);
  // A late sample brings a day back.
  clock_.set({kNow});
  ASSERT_TRUE(store->append(make_batch(kNow - 3 * kDay)));
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(partitions(), 3);
  EXPECT_EQ(count(content(*store)), 21U);
}

TEST(PostgresServerVersion, OneThatIsTooOldIsRefused) {
  EXPECT_TRUE(check_server_version(130'000, "db"));
  EXPECT_TRUE(check_server_version(150'018, "db"));
  const Status old = check_server_version(120'022, "postgres://db/x");
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(old.error().message(),
            "postgres://db/x is PostgreSQL 12, Oreum needs 13 or later: upgrade the server, or name another");
  EXPECT_NE(check_server_version(90'624, "db").error().message().find("PostgreSQL 9.6,"), std::string::npos);
}

// It lost its connection, and meanwhile another one migrated the store away: a late writer changes nothing.
TEST_F(PostgresStoreTest, AWriterWhoseStoreWasRetiredMeanwhileIsFenced) {
  const auto stale = open();
  ASSERT_TRUE(stale->append(make_batch(kNow)));
  database_.exec(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> "
      "pg_backend_pid()");
  {
    const auto other = open();
    ASSERT_NE(other, nullptr);
    ASSERT_TRUE(other->append(make_batch(kNow + 1)));
    const Record retired[] = {{std::string(kRecordRetired), "gone to sqlite:/b"}};
    ASSERT_TRUE(other->migratable()->put_records(retired));
  }
  Result<AppendResult> late = stale->append(make_batch(kNow + 2));
  while (!late && late.error().code() == Code::kUnavailable) late = stale->append(make_batch(kNow + 2));  // back-off
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message(), "gone to sqlite:/b") << late.error().to_string();
  EXPECT_EQ(database_.query("SELECT count(*) FROM journal"), 2);
}

TEST_F(PostgresStoreTest, ForeignDamagedAndNewerSchemasAreRefused) {
  database_.exec("CREATE SCHEMA " + database_.schema());
  database_.exec("CREATE TABLE t(a int)");
  refused(Code::kFailedPrecondition, "something else", postgres());
  database_.exec("CREATE TABLE meta(a int)");
  refused(Code::kFailedPrecondition, "something else", postgres());
  database_.exec("DROP TABLE t, meta");
  ASSERT_TRUE(open()->append(make_batch(kNow)));  // one that is there, and empty, is taken
  database_.exec("UPDATE meta SET value = '99' WHERE key = 'schema'");
  refused(Code::kFailedPrecondition, "newer Oreum", postgres());
  database_.exec("UPDATE meta SET value = 'x' WHERE key = 'schema'");
  refused(Code::kDataLoss, "damaged", postgres());
  database_.exec("UPDATE meta SET value = '1' WHERE key = 'schema'");
  EXPECT_EQ(count(content(*open())), 3U);
  PostgresOptions odd = postgres();
  odd.schema = "a\"; DROP SCHEMA x";
  refused(Code::kInvalidArgument, "no name for a schema", odd);
}

TEST_F(PostgresStoreTest, TheSchemaGoesUpAndDown) {
  auto connection = *connect(*db::PgAddress::parse(PostgresServer::shared()->address()), database_.schema());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(bring_to(connection, database_.schema(), kPostgresSchema, clock_));
    ASSERT_TRUE(bring_to(connection, database_.schema(), kPostgresSchema, clock_));
    EXPECT_EQ(database_.query("SELECT count(*) FROM meta WHERE key = 'schema'"), 1);
    ASSERT_TRUE(bring_to(connection, database_.schema(), 0, clock_));
  }
}

TEST_F(PostgresStoreTest, ADamagedPackIsNamedAndOthersCanBeRead) {
  const auto store = open();
  ASSERT_TRUE(store->append(make_batch(kNow)));
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->append(make_batch(kNow + kDay, 1)));
  ASSERT_TRUE(store->seal());
  database_.exec("UPDATE pack_data SET data = 'nonsense' WHERE id = 2");
  const auto querier = *store->querier(TimestampMs::min(), TimestampMs::max());
  const auto set = *querier->select({});
  int bad = 0;
  Columns columns;
  while (set->next()) {
    const Status status = set->read(columns);
    if (status) continue;
    ++bad;
    EXPECT_EQ(status.error().code(), Code::kDataLoss) << status.error().to_string();
  }
  EXPECT_EQ(bad, 1);
}

// What a store says of the days it keeps, in bytes of the server's disk for each sample.
TEST_F(PostgresStoreTest, TakesLessThanAByteASample) {
  const auto store = open();
  constexpr int64_t kSamples = 2000;
  constexpr int kSeries = 500;
  std::vector<model::Series> series;
  for (int i = 0; i < kSeries; ++i) series.push_back(make_series(i));
  std::mt19937_64 random(1);
  std::vector<double> counters(kSeries);
  for (int64_t k = 0; k < kSamples; ++k) {
    model::Batch batch;
    for (size_t i = 0; i < series.size(); ++i) {
      if (i % 3 == 0) counters[i] += static_cast<double>(random() % 4);
      batch.add(series[i], {kNow + k * 1000}, counters[i]);
    }
    ASSERT_TRUE(store->append(batch));
    if (k % 500 == 499) {
      ASSERT_TRUE(store->seal());
    }
  }
  ASSERT_TRUE(store->compact());
  database_.exec("VACUUM FULL");
  const int64_t bytes =
      database_.query("SELECT sum(pg_total_relation_size(oid))::int8 FROM pg_class WHERE relnamespace = '" +
                      database_.schema() + "'::regnamespace AND relkind = 'r'");
  EXPECT_LT(bytes, kSamples * kSeries);
  RecordProperty("bytes_a_sample", std::to_string(static_cast<double>(bytes) / (kSamples * kSeries)));
}

/// A server of its own, to be killed.
class PostgresDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::available(Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
    server_ = PostgresServer::make();
  }
  Result<std::unique_ptr<Store>> open(const EngineOptions& o) const {
    return PostgresStore::open({o, server_->address(), "oreum"});
  }

  std::unique_ptr<PostgresServer> server_;
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(PostgresDeathTest, WhileTheServerIsAwayMemoryAnswersAndAppendsSayTryAgain) {
  const auto store = *open(options_of(clock_));
  ASSERT_TRUE(store->append(make_batch(kNow)));
  server_->kill();
  for (int i = 0; i < 3; ++i) {
    const auto result = store->append(make_batch(kNow + 1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Code::kUnavailable) << result.error().to_string();
  }
  EXPECT_FALSE(store->healthy());
  EXPECT_FALSE(store->seal());
  EXPECT_EQ(count(content(*store)), 3U);
  server_->start();
  while (!store->append(make_batch(kNow + 1))) std::this_thread::yield();  // back-off
  EXPECT_TRUE(store->healthy());
  ASSERT_TRUE(store->seal());
  EXPECT_EQ(count(content(*store)), 6U);
  EXPECT_EQ(store->stats().samples, 6U);
}

// The server dies at any moment; the store goes on by itself; nothing acknowledged is lost, nothing is there twice.
TEST_F(PostgresDeathTest, NothingAcknowledgedIsLostWhenTheServerIsKilled) {
  std::mt19937_64 random(std::random_device{}());
  test::Content acknowledged;
  test::Content tried;
  const auto add_to = [](test::Content& to, const model::Batch& batch) {
    for (size_t i = 0; i < batch.size(); ++i) {
      to[model::Labels::decode(batch.labels()[i])->to_string()][batch.times()[i].ms] =
          std::bit_cast<uint64_t>(batch.values()[i]);
    }
  };
  EngineOptions o = options_of(clock_);
  o.chunk_samples = 8;
  const auto store = *open(o);
  int64_t k = 0;
  for (int round = 0; round < 6; ++round) {
    std::jthread killer([&, wait = random() % 60'000] {
      std::this_thread::sleep_for(std::chrono::microseconds(wait));  // the moment is the point of the test
      server_->kill();
    });
    for (int failures = 0; failures < 3; ++k) {
      const model::Batch batch = make_batch(kNow + k, 2 + static_cast<int>(k % 7), static_cast<double>(k));
      add_to(tried, batch);
      if (store->append(batch)) {
        add_to(acknowledged, batch);
      } else {
        ++failures;
      }
      if (k % 5 == 4) static_cast<void>(store->seal());
      if (k % 11 == 10) static_cast<void>(store->compact());
    }
    killer.join();
    server_->start();
    while (!store->append(make_batch(kNow - 1 - round))) std::this_thread::yield();
    add_to(tried, make_batch(kNow - 1 - round));
    add_to(acknowledged, make_batch(kNow - 1 - round));
  }
  const auto check = [&](const Store& s) {
    const test::Content there = content(s);
    for (const auto& [name, samples] : acknowledged) {
      for (const auto& [t, bits] : samples) {
        ASSERT_TRUE(there.contains(name) && there.at(name).contains(t)) << name << " lost " << t;
        EXPECT_EQ(there.at(name).at(t), bits);
      }
    }
    for (const auto& [name, samples] : there) {
      for (const auto& [t, bits] : samples) EXPECT_TRUE(tried.at(name).contains(t)) << name << " has " << t;
    }
  };
  check(*store);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->compact());
  check(*store);
  EXPECT_EQ(store->stats().samples, count(content(*store)));
}

TEST_F(PostgresDeathTest, TheRolesOfTheScriptAreEnoughAndNoMore) {
  const std::filesystem::path script = std::filesystem::path(OREUM_FIXTURES) / "../../deploy/level2/postgres/roles.sql";
  for (int round = 0; round < 2; ++round) ASSERT_TRUE(server_->psql(script));
  const std::string address = server_->address("postgres", "oreum");
  {
    const auto store = PostgresStore::open({options_of(clock_), address, "oreum"});
    ASSERT_TRUE(store) << store.error().to_string();
    ASSERT_TRUE((*store)->append(make_batch(kNow)));
    ASSERT_TRUE((*store)->seal());
    EXPECT_EQ(count(content(**store)), 3U);
  }
  const auto elsewhere = PostgresStore::open({options_of(clock_), address, "other"});
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code(), Code::kPermissionDenied) << elsewhere.error().to_string();
  EXPECT_NE(elsewhere.error().to_string().find("roles.sql"), std::string::npos);
}

TEST_F(PostgresDeathTest, ADatabaseThatWentBackIsNotWrittenTo) {
  auto connection = *db::PgConnection::open(*db::PgAddress::parse(server_->address()));
  const auto store = *open(options_of(clock_));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->append(make_batch(kNow + i)));
  ASSERT_TRUE(connection.exec("DELETE FROM oreum.journal WHERE seq = 3"));  // a replica that was behind takes over
  server_->kill();
  EXPECT_FALSE(store->append(make_batch(kNow + 5)));
  server_->start();
  Result<AppendResult> result = store->append(make_batch(kNow + 6));
  while (!result && result.error().code() == Code::kUnavailable) result = store->append(make_batch(kNow + 6));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kFailedPrecondition) << result.error().to_string();
}

}  // namespace
}  // namespace oreum::storage
