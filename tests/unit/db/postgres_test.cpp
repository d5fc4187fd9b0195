#include "db/postgres.h"

#include <gtest/gtest.h>

#include "base/fault.h"
#include "db/postgres_errors.h"
#include "support/postgres_server.h"

namespace oreum::db {
namespace {

using test::PostgresServer;

TEST(PgAddress, SaysNoPassword) {
  const auto address = PgAddress::parse("postgres://me:s3cret@one:5432,two:5433/metrics?sslmode=require");
  ASSERT_TRUE(address) << address.error().to_string();
  EXPECT_EQ(address->describe(), "postgres://me@one:5432,two:5433/metrics");
  for (const char* bad :
       {"postgres://me:s3cret@host:x%zz/", "nonsense", "host=a password='s3cret", "postgres://[::1"}) {
    const auto refused = PgAddress::parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(refused.error().to_string().find("s3cret"), std::string::npos);
  }
}

TEST(PgErrors, HaveCodesByWhoMustAct) {
  EXPECT_EQ(code_of_state("08006"), Code::kUnavailable);
  EXPECT_EQ(code_of_state("57P01"), Code::kUnavailable);
  EXPECT_EQ(code_of_state("25006"), Code::kUnavailable);
  EXPECT_EQ(code_of_state("53100"), Code::kResourceExhausted);
  EXPECT_EQ(code_of_state("53300"), Code::kResourceExhausted);
  EXPECT_EQ(code_of_state("42501"), Code::kPermissionDenied);
  EXPECT_EQ(code_of_state("28P01"), Code::kPermissionDenied);
  EXPECT_EQ(code_of_state("XX001"), Code::kDataLoss);
  EXPECT_EQ(code_of_state("42601"), Code::kInternal);
  EXPECT_EQ(code_of_connecting("FATAL:  password authentication failed for user \"x\""), Code::kPermissionDenied);
  EXPECT_EQ(code_of_connecting("FATAL:  sorry, too many clients already"), Code::kResourceExhausted);
  EXPECT_EQ(code_of_connecting("could not connect to server: Connection refused"), Code::kUnavailable);
}

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::shared();
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    address_ = *PgAddress::parse(server_->address());
    connection_ = std::make_unique<PgConnection>(must_open());
    ASSERT_TRUE(connection_->exec("DROP TABLE IF EXISTS t; CREATE TABLE t(a int8 PRIMARY KEY, b bytea)"));
  }
  void TearDown() override { fault::disarm(); }

  PgConnection must_open() const {
    auto connection = PgConnection::open(address_);
    EXPECT_TRUE(connection) << connection.error().to_string();
    return std::move(*connection);
  }
  int64_t rows() { return connection_->query("SELECT count(*) FROM t")->integer(0, 0); }

  PostgresServer* server_ = nullptr;
  PgAddress address_;
  std::unique_ptr<PgConnection> connection_;
};

TEST_F(PostgresTest, BindsAndReadsBackInBinary) {
  const std::string blob("\0x\xFF", 3);
  for (const int64_t key : {INT64_MIN, int64_t{-5}, int64_t{0}, INT64_MAX}) {
    ASSERT_TRUE(connection_->query("INSERT INTO t VALUES($1, $2)", {key, PgBytes{blob}}));
  }
  const auto found = connection_->query("SELECT a, b, NULL::text, 'x'::text FROM t ORDER BY a");
  ASSERT_TRUE(found) << found.error().to_string();
  ASSERT_EQ(found->size(), 4U);
  EXPECT_EQ(found->integer(0, 0), INT64_MIN);
  EXPECT_EQ(found->integer(1, 0), -5);
  EXPECT_EQ(found->integer(3, 0), INT64_MAX);
  EXPECT_EQ(found->bytes(2, 1), blob);
  EXPECT_TRUE(found->is_null(0, 2));
  EXPECT_EQ(found->bytes(0, 3), "x");
}

TEST_F(PostgresTest, ATransactionIsAllOrNothing) {
  {
    auto transaction = PgTransaction::begin(*connection_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {int64_t{1}, PgBytes{"a"}}));
    ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {int64_t{2}, PgBytes{""}}));
    EXPECT_EQ(transaction->query("SELECT count(*) FROM t")->integer(0, 0), 2);
  }
  EXPECT_EQ(rows(), 0);
  {
    auto transaction = PgTransaction::begin(*connection_);
    for (int64_t i = 0; i < 2000; ++i) {
      ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {i, PgBytes{"a"}}));
    }
    ASSERT_TRUE(transaction->commit());
  }
  EXPECT_EQ(rows(), 2000);
}

TEST_F(PostgresTest, AStatementsErrorComesWithTheCommitAtTheLatest) {
  {
    auto transaction = PgTransaction::begin(*connection_);
    ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {int64_t{1}, PgBytes{"a"}}));
    ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {int64_t{1}, PgBytes{"a"}}));
    const Status status = transaction->commit();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kConflict) << status.error().to_string();
  }
  EXPECT_FALSE(connection_->broken());
  EXPECT_EQ(rows(), 0);
}

TEST_F(PostgresTest, ARowThatIsNotThereIsNoticed) {
  ASSERT_TRUE(connection_->query("INSERT INTO t VALUES(1, '')"));
  {
    auto transaction = PgTransaction::begin(*connection_);
    ASSERT_TRUE(transaction->send("DELETE FROM t WHERE a = $1", {int64_t{1}}, PgTransaction::Expect::kOne));
    ASSERT_TRUE(transaction->send("DELETE FROM t WHERE a = $1", {int64_t{2}}, PgTransaction::Expect::kOne));
    EXPECT_FALSE(transaction->commit());
  }
  EXPECT_EQ(rows(), 1);
}

TEST_F(PostgresTest, MuchIsSentWithoutWaiting) {
  const std::string megabyte(1 << 20, 'x');
  auto transaction = PgTransaction::begin(*connection_);
  for (int64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(transaction->send("INSERT INTO t VALUES($1, $2)", {i, PgBytes{megabyte}}));
  }
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(connection_->query("SELECT sum(octet_length(b))::int8 FROM t")->integer(0, 0), 20 << 20);
}

TEST_F(PostgresTest, FaultPointsFailOneStatementAndNoMore) {
  for (int64_t nth = 1;; ++nth) {
    ASSERT_LT(nth, 100);
    if (connection_->broken()) {
      connection_ = std::make_unique<PgConnection>(must_open());
      EXPECT_EQ(rows(), 1);
    }
    fault::arm("*", fault::Action::kError, static_cast<int>(nth));
    const auto write = [&]() -> Status {
      TRY_ASSIGN(PgTransaction transaction, PgTransaction::begin(*connection_));
      TRY(transaction.send("INSERT INTO t VALUES($1, $2)", {nth, PgBytes{"a"}}));
      TRY(transaction.query("SELECT count(*) FROM t"));
      return transaction.commit();
    };
    const Status status = write();
    const bool struck = fault::struck();
    fault::disarm();
    if (!struck) {
      EXPECT_TRUE(status);
      break;
    }
    EXPECT_FALSE(status);
    if (connection_->broken()) continue;  // the last but one: it was done, but the answer was lost
    EXPECT_EQ(rows(), 0);
  }
}

TEST_F(PostgresTest, ADatabaseThatIsNotThereSaysWhatToDo) {
  const auto missing = PgConnection::open(*PgAddress::parse(server_->address("nowhere")));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound) << missing.error().to_string();
  EXPECT_NE(missing.error().to_string().find("createdb"), std::string::npos);
  const auto nobody = PgConnection::open(*PgAddress::parse(server_->address("postgres", "nobody_known")));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code(), Code::kPermissionDenied) << nobody.error().to_string();
}

TEST(PostgresServer, AServerThatDiesOrHangsIsAway) {
  const auto server = PostgresServer::make();
  if (server == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  const PgAddress address = *PgAddress::parse(server->address());
  PgConnection connection = *PgConnection::open(address);
  server->kill();
  // The one that serves the connection lives on for a moment.
  auto away = connection.query("SELECT 1::int8");
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (away && std::chrono::steady_clock::now() < give_up) away = connection.query("SELECT 1::int8");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code(), Code::kUnavailable) << away.error().to_string();
  EXPECT_TRUE(connection.broken());
  EXPECT_FALSE(PgConnection::open(address));
  server->start();
  connection = *PgConnection::open(address);
  EXPECT_EQ(connection.query("SELECT 7::int8")->integer(0, 0), 7);
  connection.set_patience(milliseconds(50));
  const auto slow = connection.query_once("SELECT pg_sleep(30)");
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code(), Code::kUnavailable);
  EXPECT_TRUE(connection.broken());
}

}  // namespace
}  // namespace oreum::db
