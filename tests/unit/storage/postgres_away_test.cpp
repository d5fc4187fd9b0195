// A store in PostgreSQL that is opened while its server is away.
#include <gtest/gtest.h>

#include "db/postgres.h"
#include "storage/open_store.h"
#include "storage/postgres/postgres_store.h"
#include "support/postgres_server.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using oreum::test::PostgresServer;
using oreum::test::TempDir;
using test::content;
using test::count;
using test::make_series;

constexpr int64_t kNow = 19'700LL * 86'400'000;

model::Batch make_batch(int64_t t) {
  model::Batch batch;
  for (int i = 0; i < 3; ++i) batch.add(batch.own(make_series(i)), {t}, 1.5 + i);
  return batch;
}

class PostgresAwayTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::make();
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  Result<std::unique_ptr<Store>> open(bool may_be_away) {
    EngineOptions o{.folder = {}, .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0, .minutes = Retention::kNone, .hours = Retention::kNone};
    return open_store(server_->url(), o, {dir_.path() / "spool", 10'000'000, may_be_away});
  }
  void sql(const std::string& text) {
    auto connection = *db::PgConnection::open(*db::PgAddress::parse(server_->address()));
    const Status status = connection.exec(text);
    ASSERT_TRUE(status) << status.error().to_string();
  }
  /// The server is asked again after a pause.
  static Status refreshed(Store& store) {
    Status status = store.refresh();
    while (!status && status.error().code() == Code::kUnavailable) status = store.refresh();
    return status;
  }
  static void drained(Store& store) {
    while (!store.settle()) ASSERT_TRUE(refreshed(store));
  }

  std::unique_ptr<PostgresServer> server_;
  TempDir dir_;
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(PostgresAwayTest, AStoreThatIsKnownOpensWithoutItsServer) {
  std::string instance;
  {
    const auto store = *open(false);
    instance = store->instance_id();
    ASSERT_TRUE(store->append(make_batch(kNow)));
    ASSERT_TRUE(store->seal());
    ASSERT_TRUE(store->append(make_batch(kNow + 1)));
  }
  server_->kill();
  const auto refused = open(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  auto opened = open(true);
  ASSERT_TRUE(opened) << opened.error().to_string();
  const auto store = *std::move(opened);
  EXPECT_EQ(store->instance_id(), instance);
  EXPECT_FALSE(store->healthy());
  EXPECT_EQ(count(content(*store)), 0U);
  const auto taken = store->append(make_batch(kNow + 2));
  ASSERT_TRUE(taken) << taken.error().to_string();
  EXPECT_EQ(count(content(*store)), 3U);
  EXPECT_TRUE(store->healthy());  // it takes samples; that they wait is told by spool()
  // As does an earlier one's that was killed meanwhile.
  server_->start();
  ASSERT_TRUE(refreshed(*store));
  drained(*store);
  EXPECT_EQ(count(content(*store)), 9U);
  EXPECT_EQ(store->stats().samples, 9U);
  const auto again = store->append(make_batch(kNow + 1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->duplicates, 3U);
}

TEST_F(PostgresAwayTest, OneThatWasNeverSeenIsRefused) {
  server_->kill();
  const auto store = open(true);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), Code::kUnavailable);
}

TEST_F(PostgresAwayTest, AnotherStoreInItsPlaceIsRefusedOnceItIsSeen) {
  {
    ASSERT_TRUE((*open(false))->append(make_batch(kNow)));
  }
  server_->kill();
  const auto store = *open(true);
  ASSERT_TRUE(store->append(make_batch(kNow + 1)));
  server_->start();
  sql("UPDATE oreum.meta SET value = 'other' WHERE key = 'instance_id'");
  Status status = refreshed(*store);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(status.error().to_string().find("holds another store now"), std::string::npos)
      << status.error().to_string();
  sql("DROP SCHEMA oreum CASCADE");
  while (status.error().to_string().find("no store any more") == std::string::npos) {
    status = store->refresh();
    ASSERT_FALSE(status);
  }
  // What was taken waits on.
  EXPECT_EQ(count(content(*store)), 3U);
}

}  // namespace
}  // namespace oreum::storage
