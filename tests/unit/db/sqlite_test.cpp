#include "db/sqlite.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "support/temp_dir.h"

namespace oreum::db {
namespace {

Database create(const test::TempDir& dir) {
  Result<Database> db = Database::open(dir / "a.db", Database::Mode::kCreate);
  EXPECT_TRUE(db.has_value());
  EXPECT_TRUE(db->exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").has_value());
  return std::move(*db);
}

TEST(Sqlite, BindsStepsAndReadsBack) {
  const test::TempDir dir;
  Database db = create(dir);
  Statement insert = *db.prepare("INSERT INTO t VALUES(?1, ?2)");
  const std::string blob("\0x\xFF", 3);
  ASSERT_TRUE(insert.bind(1, -5));
  ASSERT_TRUE(insert.bind_blob(2, blob));
  ASSERT_TRUE(insert.run());
  ASSERT_TRUE(insert.bind(1, 6));
  ASSERT_TRUE(insert.bind_blob(2, {}));
  ASSERT_TRUE(insert.run());
  Statement select = *db.prepare("SELECT a, b FROM t ORDER BY a");
  ASSERT_TRUE(*select.step());
  EXPECT_EQ(select.column_int(0), -5);
  EXPECT_EQ(select.column_bytes(1), blob);
  ASSERT_TRUE(*select.step());
  EXPECT_EQ(select.column_bytes(1), "");
  EXPECT_FALSE(*select.step());
  EXPECT_EQ(*db.query_int("SELECT count(*) FROM t WHERE b IS NOT NULL"), 2);
}

TEST(Sqlite, ATransactionThatIsNotCommittedLeavesNothing) {
  const test::TempDir dir;
  Database db = create(dir);
  {
    const Result<Transaction> transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db.exec("INSERT INTO t VALUES(1, x'00')"));
  }
  EXPECT_EQ(*db.query_int("SELECT count(*) FROM t"), 0);
  fault::arm(kFaultCommit, fault::Action::kError, 1);
  {
    Result<Transaction> transaction = Transaction::begin(db);
    ASSERT_TRUE(db.exec("INSERT INTO t VALUES(1, x'00')"));
    EXPECT_FALSE(transaction->commit());
  }
  fault::disarm();
  EXPECT_EQ(*db.query_int("SELECT count(*) FROM t"), 0);
  {
    Result<Transaction> transaction = Transaction::begin(db);
    ASSERT_TRUE(db.exec("INSERT INTO t VALUES(1, x'00')"));
    EXPECT_TRUE(transaction->commit());
  }
  EXPECT_EQ(*db.query_int("SELECT count(*) FROM t"), 1);
}

TEST(Sqlite, CommitsAreSyncedAsAsked) {
  const test::TempDir dir;
  Database db = create(dir);
  constexpr int64_t kNormal = 1;
  constexpr int64_t kFull = 2;
  for (const bool sync : {false, true, true, false}) {
    ASSERT_TRUE(db.sync_commits(sync));
    EXPECT_EQ(*db.query_int("PRAGMA synchronous"), sync ? kFull : kNormal);
  }
}

TEST(Sqlite, ErrorsSayWhoMustAct) {
  const test::TempDir dir;
  EXPECT_EQ(Database::open(dir / "no/such/a.db", Database::Mode::kCreate).error().code(), Code::kNotFound);
  EXPECT_EQ(Database::open(dir / "absent.db", Database::Mode::kReadWrite).error().code(), Code::kNotFound);

  dir.write("garbage.db", std::string(5000, 'x'));
  Result<Database> garbage = Database::open(dir / "garbage.db", Database::Mode::kReadWrite);
  ASSERT_TRUE(garbage);
  const Result<int64_t> version = garbage->query_int("PRAGMA schema_version");
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code(), Code::kDataLoss);
  EXPECT_NE(version.error().message().find("backup"), std::string::npos);

  Database db = create(dir);
  ASSERT_TRUE(db.exec("INSERT INTO t VALUES(1, x'00')"));
  EXPECT_EQ(db.exec("INSERT INTO t VALUES(1, x'00')").error().code(), Code::kConflict);
  EXPECT_EQ(db.exec("no sql").error().code(), Code::kInternal);
  ASSERT_TRUE(db.exec("PRAGMA max_page_count = 3"));
  EXPECT_EQ(db.exec("INSERT INTO t VALUES(2, zeroblob(100000))").error().code(), Code::kResourceExhausted);
  ASSERT_TRUE(db.exec("PRAGMA query_only = ON"));
  EXPECT_EQ(db.exec("INSERT INTO t VALUES(3, x'00')").error().code(), Code::kPermissionDenied);
}

TEST(Sqlite, ABusyDatabaseIsUnavailable) {
  const test::TempDir dir;
  Database db = create(dir);
  Database other = *Database::open(dir / "a.db", Database::Mode::kReadWrite);
  ASSERT_TRUE(other.exec("PRAGMA busy_timeout = 0"));
  const Result<Transaction> transaction = Transaction::begin(db);
  ASSERT_TRUE(transaction);
  EXPECT_EQ(Transaction::begin(other).error().code(), Code::kUnavailable);
}

TEST(Sqlite, AFaultAtAStepLeavesTheStatementUsable) {
  const test::TempDir dir;
  Database db = create(dir);
  Statement insert = *db.prepare("INSERT INTO t VALUES(?1, NULL)");
  ASSERT_TRUE(insert.bind(1, 1));
  fault::arm(kFaultStep, fault::Action::kError, 1);
  EXPECT_FALSE(insert.run());
  fault::disarm();
  EXPECT_TRUE(insert.run());
}

}  // namespace
}  // namespace oreum::db
