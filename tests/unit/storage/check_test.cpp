// A sound store is clean; each kind of damage is noticed and named.
#include "storage/sqlite/check.h"

#include <gtest/gtest.h>

#include "db/sqlite.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using test::make_series;

constexpr int64_t kNow = 1'700'000'000'000;

class CheckTest : public testing::Test {
 protected:
  void SetUp() override {
    SqliteOptions o{.folder = dir_.path(), .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0};
    const auto store = *SqliteStore::open(o);
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
    Result<CheckReport> report = check_store({.folder = dir_.path()});
    EXPECT_TRUE(report.has_value()) << report.error().to_string();
    return report ? *report : CheckReport{};
  }
  void sql(std::string_view text) {
    db::Database db = *db::Database::open(dir_ / "oreum.db", db::Database::Mode::kReadWrite);
    const Status status = db.exec(text);
    ASSERT_TRUE(status) << status.error().to_string();
  }
  void expect_problem(std::string_view text) {
    const CheckReport report = check();
    ASSERT_FALSE(report.clean()) << text;
    EXPECT_NE(report.findings[0].what.find(text), std::string::npos) << report.findings[0].what;
    EXPECT_FALSE(report.findings[0].advice.empty());
  }

  oreum::test::TempDir dir_;
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(CheckTest, ASoundStoreIsClean) {
  uint64_t done = 0;
  const auto report = check_store({.folder = dir_.path(), .progress = [&](uint64_t a, uint64_t all) {
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

TEST_F(CheckTest, NoticesAMissingPack) {
  sql("DELETE FROM pack_data WHERE id = 2");
  expect_problem("its bytes are missing");
}

TEST_F(CheckTest, NoticesEveryFlippedByteOfAPack) {
  db::Database db = *db::Database::open(dir_ / "oreum.db", db::Database::Mode::kReadWrite);
  const std::string good = *db.query_text("SELECT data FROM pack_data WHERE id = 1");
  db::Statement put = *db.prepare("UPDATE pack_data SET data = ?1 WHERE id = 1");
  for (size_t i = 0; i < good.size(); i += 37) {
    std::string bad = good;
    bad[i] ^= 0x10;
    ASSERT_TRUE(put.bind_blob(1, bad) && put.run());
    expect_problem("pack 1 ");
  }
  ASSERT_TRUE(put.bind_blob(1, good) && put.run());
  EXPECT_TRUE(check().clean());
}

TEST_F(CheckTest, NoticesWrongCounts) {
  sql("UPDATE pack SET samples = samples + 1 WHERE id = 1");
  expect_problem("its row says");
}

TEST_F(CheckTest, NoticesOtherSamples) {
  sql("UPDATE pack SET digest = digest + 1 WHERE id = 1");
  expect_problem("the digest differs");
}

TEST_F(CheckTest, NoticesDoubledSamples) {
  sql("INSERT INTO pack SELECT 9, resolution, level, t_min, t_max, samples, bytes, digest, refs FROM pack WHERE id = 1;"
      "INSERT INTO pack_data SELECT 9, data FROM pack_data WHERE id = 1");
  expect_problem("has 300 samples twice");
}

TEST_F(CheckTest, NoticesADoubledJournalRow) {
  sql("INSERT INTO journal SELECT seq + 1000, data FROM journal ORDER BY seq LIMIT 1");
  expect_problem("a sample twice in the journal");
}

TEST_F(CheckTest, NoticesMissingSeries) {
  sql("DELETE FROM series");
  expect_problem("is not in the list of series");
}

TEST_F(CheckTest, NoticesADamagedJournalRow) {
  sql("UPDATE journal SET data = zeroblob(30) WHERE seq = (SELECT min(seq) FROM journal)");
  expect_problem("journal row");
}

TEST_F(CheckTest, AnEmptyOrForeignFolderIsAnError) {
  const oreum::test::TempDir empty;
  const auto report = check_store({.folder = empty.path()});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().to_string().find("--data"), std::string::npos);
  sql("PRAGMA application_id = 5");
  EXPECT_EQ(check_store({.folder = dir_.path()}).error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace oreum::storage
