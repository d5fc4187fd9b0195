// Backups of real stores in real folders: made, damaged in every way we know, verified, restored, let go.
#include "backup/backup.h"

#include <fstream>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/keeper.h"
#include "base/fault.h"
#include "db/sqlite.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::backup {
namespace {

namespace fs = std::filesystem;
using storage::test::content;

constexpr TimestampMs kNow{1'795'000'000'000};

Status ignore(std::string_view, uint64_t, uint64_t) { return {}; }

class BackupTest : public testing::Test {
 protected:
  void SetUp() override { store_ = open(data()); }
  void TearDown() override { fault::disarm(); }

  fs::path data() const { return dir_.path() / "data"; }
  fs::path folder() const { return dir_.path() / "backups"; }

  std::unique_ptr<storage::Store> open(const fs::path& path) {
    auto store = storage::SqliteStore::open(
        {.folder = path, .clock = clock_, .retention = {.age = milliseconds(0), .bytes = 0}, .background = false});
    EXPECT_TRUE(store) << store.error().to_string();
    return store ? std::move(*store) : nullptr;
  }

  /// `n` samples of each of some series.
  void append(int64_t from, int64_t n) {
    model::Batch batch;
    for (int number = 0; number < 20; ++number) {
      const model::Series& series = batch.own(storage::test::make_series(number));
      for (int64_t i = from; i < from + n; ++i) {
        const double v = i % 7 == 0 ? test::odd_value(static_cast<uint64_t>(i + number)) : static_cast<double>(i) / 8;
        batch.add(series, kNow + milliseconds(i * 1000), v);
      }
    }
    const auto result = store_->append(batch);
    ASSERT_TRUE(result) << result.error().to_string();
  }

  /// Packs of two seals, and a journal.
  void fill() {
    append(0, 500);
    ASSERT_TRUE(store_->seal());
    append(500, 400);
    ASSERT_TRUE(store_->seal());
    append(900, 50);
  }

  Result<Backup> make(Origin origin = Origin::kHand) {
    return make_backup(*store_, clock_, {.folder = folder(), .origin = origin, .program = "1"}, ignore);
  }

  size_t listed() const {
    const auto all = list_backups(folder());
    EXPECT_TRUE(all);
    return all ? all->size() : 0;
  }

  test::TempDir dir_;
  ManualClock clock_{kNow};
  std::unique_ptr<storage::Store> store_;
};

TEST_F(BackupTest, HoldsTheStoreAtOneMomentAndIsRestoredToTheBit) {
  fill();
  const auto before = content(*store_);
  const auto made = make();
  ASSERT_TRUE(made) << made.error().to_string();
  append(2000, 10);  // after it
  EXPECT_EQ(made->manifest.content.samples(), storage::test::count(before));
  EXPECT_EQ(made->manifest.content.series, 20U);
  EXPECT_EQ(made->manifest.content.journal_rows, 1U);
  EXPECT_EQ(made->manifest.content.t_min, kNow);
  EXPECT_EQ(made->manifest.content.instance_id, store_->instance_id());

  const auto good = verify_backup(made->path, ignore);
  ASSERT_TRUE(good) << good.error().to_string();
  const auto restored = restore_backup({.backup = made->path, .data = dir_.path() / "other"}, clock_, ignore);
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_TRUE(restored->aside.empty());
  const auto other = open(dir_.path() / "other");
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(content(*other), before);
  EXPECT_EQ(other->instance_id(), store_->instance_id());
}

TEST_F(BackupTest, TheDigestDoesNotDependOnTheLayout) {
  fill();
  const auto first = make();
  ASSERT_TRUE(first);
  ASSERT_TRUE(store_->seal());
  ASSERT_TRUE(store_->compact());
  const auto second = make();
  ASSERT_TRUE(second);
  EXPECT_NE(first->name, second->name);
  EXPECT_NE(first->manifest.content.packs[0], second->manifest.content.packs[0]);
  EXPECT_EQ(first->manifest.content.digest(), second->manifest.content.digest());
  EXPECT_EQ(first->manifest.content.samples(), second->manifest.content.samples());
}

TEST_F(BackupTest, OfAnEmptyStoreIsRestored) {
  const auto made = make();
  ASSERT_TRUE(made) << made.error().to_string();
  ASSERT_TRUE(verify_backup(made->path, ignore));
  ASSERT_TRUE(restore_backup({.backup = made->path, .data = dir_.path() / "other"}, clock_, ignore));
  EXPECT_TRUE(content(*open(dir_.path() / "other")).empty());
}

TEST_F(BackupTest, AnyFlippedByteIsFound) {
  fill();
  const auto made = make();
  ASSERT_TRUE(made);
  const fs::path file = made->path / kDatabaseName;
  const auto size = static_cast<int64_t>(fs::file_size(file));
  for (int64_t at = 0; at < size; at += std::max<int64_t>(1, size / 40)) {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    char c = 0;
    f.seekg(at).get(c);
    f.seekp(at).put(static_cast<char>(c ^ 0x10)).flush();
    EXPECT_FALSE(verify_backup(made->path, ignore)) << at;
    const fs::path target = dir_.path() / "target";
    EXPECT_FALSE(restore_backup({.backup = made->path, .data = target}, clock_, ignore)) << at;
    EXPECT_FALSE(fs::exists(target / kDatabaseName));
    f.seekp(at).put(c).flush();
  }
  EXPECT_TRUE(verify_backup(made->path, ignore));
}

TEST_F(BackupTest, WhatIsMissingShortOrSwappedIsSaid) {
  fill();
  const auto made = make();
  append(3000, 5);
  const auto later = make();
  ASSERT_TRUE(made && later);
  const fs::path file = made->path / kDatabaseName;
  // A manifest of another backup: the sizes may fit, the samples do not.
  const std::string own = read_file(made->path / kManifestName).value();
  Manifest wrong = made->manifest;
  wrong.content.packs[0].digest += 1;
  ASSERT_TRUE(write_file_atomically(made->path / kManifestName, to_json(wrong)));
  auto found = verify_backup(made->path, ignore);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().to_string().find("not what its manifest says"), std::string::npos);
  wrong = made->manifest;
  wrong.files[0].checksum = std::string(32, '0');
  ASSERT_TRUE(write_file_atomically(made->path / kManifestName, to_json(wrong)));
  found = verify_backup(made->path, ignore);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().to_string().find("checksum"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(made->path / kManifestName, own));
  ASSERT_TRUE(verify_backup(made->path, ignore));

  fs::resize_file(file, fs::file_size(file) - 4096);
  found = verify_backup(made->path, ignore);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().to_string().find("the manifest says"), std::string::npos);
  EXPECT_FALSE(restore_backup({.backup = made->path, .data = dir_.path() / "x"}, clock_, ignore));
  fs::remove(file);
  EXPECT_FALSE(verify_backup(made->path, ignore));
  const auto all = list_backups(folder());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_TRUE(all->front().damage.has_value());
  EXPECT_FALSE(all->back().damage.has_value());
  fs::remove(made->path / kManifestName);
  found = verify_backup(made->path, ignore);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::kNotFound);
  EXPECT_EQ(verify_backup(dir_.path() / "nowhere", ignore).error().code(), Code::kNotFound);
}

TEST_F(BackupTest, ADamagedStoreIsNotBackedUpAsIfItWereGood) {
  fill();
  store_.reset();
  {
    auto db = db::Database::open((data() / kDatabaseName).string(), db::Database::Mode::kReadWrite);
    ASSERT_TRUE(db);
    ASSERT_TRUE(db->exec("UPDATE pack_data SET data = zeroblob(length(data)) WHERE id = (SELECT max(id) FROM pack)"));
  }
  store_ = open(data());
  const auto made = make();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), Code::kDataLoss);
  EXPECT_EQ(listed(), 0U);
}

TEST_F(BackupTest, AFailureAtAnyPointLeavesNothingThatCounts) {
  fill();
  for (int nth = 1;; ++nth) {
    fault::arm("*", fault::Action::kError, nth);
    const auto made = make();
    const bool struck = fault::struck();
    fault::disarm();
    if (!struck) {
      EXPECT_TRUE(made);
      break;
    }
    if (made) continue;  // after it was whole
    // The rename may have been done; then the backup is whole.
    const auto all = list_backups(folder());
    ASSERT_TRUE(all);
    for (const Backup& backup : *all) EXPECT_TRUE(verify_backup(backup.path, ignore)) << nth;
    ASSERT_TRUE(store_->append(model::Batch())) << nth;
  }
  for (const auto& entry : fs::directory_iterator(folder())) {
    EXPECT_FALSE(entry.path().filename().string().ends_with(".unfinished")) << entry.path();
  }
}

TEST_F(BackupTest, ACancelledOneLeavesNothing) {
  fill();
  const auto made =
      make_backup(*store_, clock_, {.folder = folder(), .program = "1"},
                  [](std::string_view, uint64_t, uint64_t) -> Status { return Error(Code::kCancelled, "enough"); });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), Code::kCancelled);
  EXPECT_EQ(listed(), 0U);
}

TEST_F(BackupTest, OneAtATime) {
  ASSERT_TRUE(make_dirs(folder()));
  const auto lock = lock_folder(folder());
  ASSERT_TRUE(lock);
  const auto made = make();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), Code::kAlreadyExists);
}

TEST_F(BackupTest, OnlyItsOwnScheduledOnesExpire) {
  ASSERT_TRUE(make(Origin::kSchedule));  // goes
  clock_.advance(milliseconds(60'000));
  ASSERT_TRUE(make(Origin::kHand));
  clock_.advance(milliseconds(60'000));
  const auto with_more = make(Origin::kSchedule);  // goes, but for what is not ours in it
  ASSERT_TRUE(with_more);
  std::ofstream(with_more->path / "notes.txt") << "mine";
  const auto other_store = open(dir_.path() / "other");
  clock_.advance(milliseconds(60'000));
  ASSERT_TRUE(
      make_backup(*other_store, clock_, {.folder = folder(), .origin = Origin::kSchedule, .program = "1"}, ignore));
  fs::create_directories(folder() / "oreum-20000101T000000Z");
  std::ofstream(folder() / "oreum-20000101T000000Z" / "oreum.db") << "somebody's";
  clock_.advance(milliseconds(60'000));
  const auto newest = make(Origin::kSchedule);
  ASSERT_TRUE(newest);

  const auto gone = delete_expired(folder(), store_->instance_id(), clock_.now() + milliseconds(1));
  ASSERT_TRUE(gone) << gone.error().to_string();
  EXPECT_EQ(gone->size(), 2U);
  const auto left = list_backups(folder());
  ASSERT_EQ(left->size(), 4U);  // somebody's folder, the one by hand, the other store's, the newest
  EXPECT_TRUE(left->front().damage.has_value());
  EXPECT_EQ(left->at(1).manifest.origin, Origin::kHand);
  EXPECT_EQ(left->at(2).manifest.content.instance_id, other_store->instance_id());
  EXPECT_EQ(left->at(3).name, newest->name);
  EXPECT_TRUE(fs::exists(folder() / "oreum-20000101T000000Z" / "oreum.db"));
  const fs::path rest = unfinished_path(folder(), with_more->name, store_->instance_id());
  EXPECT_TRUE(fs::exists(rest / "notes.txt"));
  EXPECT_FALSE(fs::exists(rest / kDatabaseName));
}

TEST_F(BackupTest, ARestoreRefusesToOverwriteAndMovesAsideWhenForced) {
  fill();
  const auto before = content(*store_);
  const auto made = make();
  ASSERT_TRUE(made);
  append(5000, 3);
  const auto after = content(*store_);
  // The store is open: its lock is taken.
  auto refused = restore_backup({.backup = made->path, .data = data(), .force = true}, clock_, ignore);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  store_.reset();
  refused = restore_backup({.backup = made->path, .data = data()}, clock_, ignore);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kAlreadyExists);
  EXPECT_NE(refused.error().to_string().find("--force"), std::string::npos);
  EXPECT_EQ(content(*open(data())), after);

  const auto restored = restore_backup({.backup = made->path, .data = data(), .force = true}, clock_, ignore);
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ(content(*open(data())), before);
  EXPECT_EQ(content(*open(restored->aside)), after);
}

TEST_F(BackupTest, AnInterruptedRestoreIsNotMistakenForAStore) {
  fill();
  const auto made = make();
  ASSERT_TRUE(made);
  const auto before = content(*store_);
  store_.reset();
  for (int nth = 1; nth <= 3; ++nth) {
    fault::arm("backup.restore.after_aside", fault::Action::kError, nth);
    ASSERT_FALSE(restore_backup({.backup = made->path, .data = data(), .force = true}, clock_, ignore));
    fault::disarm();
    const auto opened = storage::SqliteStore::open({.folder = data(), .clock = clock_, .retention = {}});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Code::kFailedPrecondition);
    ASSERT_TRUE(restore_backup({.backup = made->path, .data = data(), .force = true}, clock_, ignore));
    EXPECT_EQ(content(*open(data())), before);
  }
}

TEST_F(BackupTest, TheKeeperMakesWhatIsDueAndLetsOldOnesGo) {
  fill();
  ASSERT_TRUE(make(Origin::kSchedule));
  clock_.advance(milliseconds(10LL * 86'400'000));
  Keeper keeper(*store_, clock_,
                {.folder = folder(),
                 .schedule = *config::parse_backup_schedule("03:15"),
                 .keep = milliseconds(7LL * 86'400'000),
                 .program = "1"});
  const auto give_up = Monotonic::now() + std::chrono::seconds(30);
  while (keeper.status().made == 0 && Monotonic::now() < give_up) std::this_thread::yield();
  const KeeperStatus status = keeper.status();
  ASSERT_EQ(status.made, 1U);
  EXPECT_FALSE(status.failure.has_value());
  EXPECT_GT(status.next, clock_.now());
  ASSERT_EQ(listed(), 1U);
  EXPECT_EQ(list_backups(folder())->front().manifest.created, clock_.now());
}

TEST_F(BackupTest, TheKeeperSaysWhatFailed) {
  std::ofstream(folder()) << "a file where the folder should be";
  Keeper keeper(*store_, clock_,
                {.folder = folder(), .schedule = *config::parse_backup_schedule("off"), .program = "1"});
  ASSERT_TRUE(keeper.ask());
  const auto give_up = Monotonic::now() + std::chrono::seconds(30);
  while (keeper.status().failures == 0 && Monotonic::now() < give_up) std::this_thread::yield();
  EXPECT_TRUE(keeper.status().failure.has_value());
  EXPECT_FALSE(keeper.status().running.has_value());
  fs::remove(folder());
  ASSERT_TRUE(keeper.ask());
  while (keeper.status().made == 0 && Monotonic::now() < give_up) std::this_thread::yield();
  EXPECT_FALSE(keeper.status().failure.has_value());
  EXPECT_EQ(listed(), 1U);
}

}  // namespace
}  // namespace oreum::backup
