// A sound store is clean; each kind of damage is noticed and named.
#include "storage/check.h"

#include <gtest/gtest.h>

#include "storage/open_store.h"
#include "support/odd_values.h"
#include "support/store_database.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using test::Kind;
using test::make_series;

constexpr int64_t kNow = 1'700'000'000'000;

class CheckTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (!test::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server is installed";
    EngineOptions o{.folder = database_.folder(), .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0};
    const auto store = *database_.open(o);
    const auto tick = [&](int64_t t) {
      model::Batch batch;
      for (int i = 0; i < 5; ++i) {
        batch.add(batch.own(make_series(i)), {t}, oreum::test::odd_value(static_cast<uint64_t>(t + i)));
      }
      ASSERT_TRUE(store->append(batch));
    };
    for (int i = 0; i < 300; ++i) tick(kNow + 2 * i);
    ASSERT_TRUE(store->seal());
    for (int i = 0; i < 300; ++i) tick(kNow + 2 * i + 1);  // between them
    ASSERT_TRUE(store->seal());
    for (int i = 0; i < 10; ++i) tick(kNow + 10'000 + i);  // in the journal
  }
  CheckReport check() {
    Result<CheckReport> report = check_store(database_.url());
    EXPECT_TRUE(report.has_value()) << report.error().to_string();
    return report ? *report : CheckReport{};
  }
  void sql(const std::string& text) { database_.exec(text); }
  bool sqlite() const { return GetParam() == Kind::kSqlite; }
  void expect_problem(std::string_view text) {
    const CheckReport report = check();
    ASSERT_FALSE(report.clean()) << text;
    EXPECT_NE(report.findings[0].what.find(text), std::string::npos) << report.findings[0].what;
    EXPECT_FALSE(report.findings[0].advice.empty());
  }

  test::StoreDatabase database_{GetParam()};
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_P(CheckTest, ASoundStoreIsClean) {
  uint64_t done = 0;
  const auto report = check_store(database_.url(), {.progress = [&](uint64_t a, uint64_t all) {
                                    EXPECT_LE(a, all);
                                    done = a;
                                  }});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean()) << report->findings[0].what;
  EXPECT_EQ(report->series, 5U);
  EXPECT_EQ(report->packs, 2U);
  EXPECT_EQ(report->pack_samples, 3000U);
  EXPECT_EQ(report->journal_rows, 10U);
  EXPECT_EQ(report->journal_samples, 50U);
  EXPECT_GT(done, 0U);
}

TEST_P(CheckTest, NoticesAMissingPack) {
  sql("DELETE FROM pack_data WHERE id = 2");
  expect_problem("its bytes are missing");
}

TEST_P(CheckTest, NoticesEveryFlippedByteOfAPack) {
  const int64_t size = database_.query("SELECT length(data) FROM pack_data WHERE id = 1");
  sql("CREATE TABLE good AS SELECT data FROM pack_data WHERE id = 1");
  for (int64_t i = 0; i < size; i += 37) {
    // Another byte than it was, in the words of either database.
    sql(sqlite() ? fmt::format("UPDATE pack_data SET data = (SELECT CAST(substr(data, 1, {0}) || CASE hex(substr(data, "
                               "{1}, 1)) WHEN '2A' THEN x'2B' ELSE x'2A' END || substr(data, {2}) AS BLOB) FROM good) "
                               "WHERE id = 1",
                               i, i + 1, i + 2)
                 : fmt::format("UPDATE pack_data SET data = (SELECT set_byte(data, {0}, get_byte(data, {0}) # 16) FROM "
                               "good) WHERE id = 1",
                               i));
    expect_problem("pack 1 ");
  }
  sql("UPDATE pack_data SET data = (SELECT data FROM good) WHERE id = 1");
  sql("DROP TABLE good");
  EXPECT_TRUE(check().clean());
}

TEST_P(CheckTest, NoticesWrongCounts) {
  sql("UPDATE pack SET samples = samples + 1 WHERE id = 1");
  expect_problem("its row says");
}

TEST_P(CheckTest, NoticesOtherSamples) {
  sql("UPDATE pack SET digest = digest + 1 WHERE id = 1");
  expect_problem("the digest differs");
}

TEST_P(CheckTest, NoticesDoubledSamples) {
  sql("INSERT INTO pack SELECT 9, resolution, level, t_min, t_max, samples, bytes, digest, refs FROM pack WHERE id = "
      "1");
  sql(sqlite() ? "INSERT INTO pack_data SELECT 9, data FROM pack_data WHERE id = 1"
               : "INSERT INTO pack_data SELECT day, 9, data FROM pack_data WHERE id = 1");
  expect_problem("has 300 samples twice");
}

TEST_P(CheckTest, NoticesADoubledJournalRow) {
  sql("INSERT INTO journal SELECT seq + 1000, data FROM journal ORDER BY seq LIMIT 1");
  expect_problem("a sample twice in the journal");
}

TEST_P(CheckTest, NoticesMissingSeries) {
  sql("DELETE FROM series");
  expect_problem("is not in the list of series");
}

TEST_P(CheckTest, NoticesADamagedJournalRow) {
  sql(std::string("UPDATE journal SET data = ") + (sqlite() ? "zeroblob(30)" : "decode(repeat('00', 30), 'hex')") +
      " WHERE seq = (SELECT min(seq) FROM journal)");
  expect_problem("journal row");
}

TEST_P(CheckTest, NoticesADamagedFloor) {
  sql("UPDATE meta SET value = 'x' WHERE key = 'journal_floor'");
  expect_problem("journal_floor");
}

TEST_P(CheckTest, WhereThereIsNoStoreItIsAnError) {
  const oreum::test::TempDir empty;
  const std::string url =
      sqlite() ? "sqlite:" + empty.path().string() : oreum::test::PostgresServer::shared()->url() + "&schema=nothing";
  const auto report = check_store(url);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Code::kNotFound) << report.error().to_string();
}

TEST_P(CheckTest, SomethingElseThanAStoreIsAnError) {
  sql(sqlite() ? "PRAGMA application_id = 5" : "UPDATE meta SET value = 'other' WHERE key = 'application'");
  EXPECT_EQ(check_store(database_.url()).error().code(), Code::kFailedPrecondition);
}

INSTANTIATE_TEST_SUITE_P(Databases, CheckTest, testing::Values(Kind::kSqlite, Kind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace oreum::storage
