#include "storage/catalog.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/compaction.h"

namespace oreum::storage {
namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;

RC_GTEST_PROP(RefRuns, AreTheSetThatWasAdded, ()) {
  const auto refs = *rc::gen::container<std::set<int64_t>>(
      rc::gen::weightedOneOf<int64_t>({{9, rc::gen::inRange<int64_t>(0, 60)},
                                       {1, rc::gen::inRange<int64_t>(0, int64_t{1} << 62)},
                                       {1, rc::gen::just(int64_t{1} << 62)}}));
  RC_PRE(!refs.empty());
  RefRuns runs;
  uint32_t n = 0;
  for (const int64_t ref : refs) RC_ASSERT(runs.add(ref) == n++);
  const RefRuns again = *RefRuns::decode(runs.encode());
  RC_ASSERT(again.size() == refs.size());
  RC_ASSERT(again.front() == *refs.begin());
  RC_ASSERT(again.back() == *refs.rbegin());
  n = 0;
  for (const int64_t ref : refs) {
    RC_ASSERT(again.ref(n) == ref);
    RC_ASSERT(again.ordinal(ref) == n++);
  }
  for (int64_t ref = 0; ref < 60; ++ref) RC_ASSERT(again.ordinal(ref).has_value() == refs.contains(ref));
}

RC_GTEST_PROP(RefRuns, DamageIsAnErrorOrASet, (const std::string& bytes)) {
  const auto runs = RefRuns::decode(bytes);
  if (!runs) return;
  RC_ASSERT(runs->front() <= runs->back());
  for (size_t i = 1; i < runs->runs().size(); ++i) RC_ASSERT(runs->runs()[i - 1].last() < runs->runs()[i].first);
}

TEST(Windows, CoverAllOfTime) {
  for (const Resolution r : {Resolution::kRaw, Resolution::kMinute, Resolution::kHour}) {
    for (const int64_t t : {INT64_MIN, INT64_MIN + 1, int64_t{-1}, int64_t{0}, kDay - 1, kDay, INT64_MAX}) {
      const int64_t window = window_of(r, t);
      EXPECT_LE(t, window_last(r, window));
      if (t > INT64_MIN + window_length(r)) {
        EXPECT_GT(t, window_last(r, window - 1));
      }
    }
  }
  EXPECT_EQ(window_of(Resolution::kRaw, -1), -1);
  EXPECT_EQ(window_last(Resolution::kRaw, -1), -1);
}

/// Packs as a test writes them down.
class Shelf {
 public:
  PackPtr add(int64_t t_min, int64_t t_max, int64_t first, uint32_t n, uint8_t level = 0, milliseconds made = {}) {
    auto pack = std::make_shared<PackMeta>();
    pack->id = ++id_;
    pack->level = level;
    pack->t_min = t_min;
    pack->t_max = t_max;
    pack->samples = 10;
    for (uint32_t i = 0; i < n; ++i) pack->refs.add(first + i);
    pack->made = Monotonic::time_point(made);
    const PackPtr added[] = {pack};
    catalog_ = catalog_->swapped({}, added);
    return pack;
  }
  std::set<int64_t> plan(int64_t wall, milliseconds monotonic = std::chrono::hours(9), int level = -1) {
    const auto job = plan_compaction(*catalog_, {{wall}, Monotonic::time_point(monotonic)}, {}, skip_);
    std::set<int64_t> ids;
    if (job) {
      for (const PackPtr& pack : job->sources) ids.insert(pack->id);
      if (level >= 0) {
        EXPECT_EQ(job->level, level);
      }
    }
    return ids;
  }
  std::set<int64_t> skip_;
  std::shared_ptr<const Catalog> catalog_ = std::make_shared<const Catalog>();

 private:
  int64_t id_ = 0;
};

TEST(Catalog, KeepsCountsAndFindsByTime) {
  Shelf shelf;
  const PackPtr a = shelf.add(0, 100, 1, 3);
  const PackPtr b = shelf.add(200, 300, 1, 3);
  shelf.add(kDay, kDay + 5, 1, 3);
  const auto found = [&](int64_t from, int64_t to) {
    std::set<int64_t> ids;
    shelf.catalog_->for_each(Resolution::kRaw, {from}, {to}, [&](const PackPtr& p) { ids.insert(p->id); });
    return ids;
  };
  EXPECT_EQ(found(INT64_MIN, INT64_MAX), (std::set<int64_t>{1, 2, 3}));
  EXPECT_EQ(found(100, 199), (std::set<int64_t>{1}));
  EXPECT_EQ(found(101, 199), (std::set<int64_t>{}));
  EXPECT_EQ(found(300, kDay), (std::set<int64_t>{2, 3}));
  EXPECT_EQ(shelf.catalog_->samples(Resolution::kRaw), 30U);
  const PackPtr gone[] = {a, b};
  const auto left = shelf.catalog_->swapped(gone, {});
  EXPECT_EQ(left->packs(), 1U);
  EXPECT_EQ(left->samples(Resolution::kRaw), 10U);
  EXPECT_EQ(left->t_min().ms, kDay);
  EXPECT_EQ(shelf.catalog_->packs(), 3U);  // the old one is as it was
}

TEST(Compaction, WaitsUntilAWindowIsOverAndQuiet) {
  Shelf shelf;
  shelf.add(0, 1000, 1, 100);
  shelf.add(1000, 2000, 1, 100, 0, std::chrono::hours(1));
  EXPECT_TRUE(shelf.plan(2 * kHour).empty());
  EXPECT_TRUE(shelf.plan(3 * kHour, std::chrono::minutes(60)).empty());
  EXPECT_EQ(shelf.plan(3 * kHour, std::chrono::minutes(61), 1), (std::set<int64_t>{1, 2}));
  EXPECT_EQ(shelf.plan(25 * kHour, std::chrono::minutes(61), 2), (std::set<int64_t>{1, 2}));
}

TEST(Compaction, TakesOnlyWhatOverlapsAndNothingThatIsInOrder) {
  Shelf shelf;
  shelf.add(0, kHour, 1, 100, 1);
  shelf.add(0, kHour, 101, 100, 1);
  shelf.add(3 * kHour, 4 * kHour, 1, 100, 1);
  EXPECT_TRUE(shelf.plan(8 * kHour).empty());  // each is alone in its two hours
  EXPECT_EQ(shelf.plan(25 * kHour, std::chrono::hours(9), 2), (std::set<int64_t>{1, 3}));
  shelf.skip_ = {3};
  EXPECT_TRUE(shelf.plan(25 * kHour).empty());
}

TEST(Compaction, LateSamplesDrawInOnlyWhatTheyMeet) {
  Shelf shelf;
  shelf.add(0, kDay - 1, 1, 100, 2);
  shelf.add(0, kDay - 1, 101, 100, 2);
  EXPECT_TRUE(shelf.plan(40 * kHour).empty());
  shelf.add(5, 5, 150, 1);
  EXPECT_EQ(shelf.plan(40 * kHour), (std::set<int64_t>{2, 3}));
}

TEST(Compaction, APileIsPutTogetherAtOnce) {
  Shelf shelf;
  for (int i = 0; i < 11; ++i) shelf.add(i * 1000, i * 1000 + 999, 1, 5, 0, std::chrono::hours(9));
  EXPECT_TRUE(shelf.plan(20'000).empty());
  shelf.add(12'000, 12'999, 3, 5, 0, std::chrono::hours(9));
  EXPECT_EQ(shelf.plan(20'000, std::chrono::hours(9), 1).size(), 12U);
}

TEST(Compaction, TheEndOfTimeIsNeverOver) {
  Shelf shelf;
  shelf.add(INT64_MAX - 2, INT64_MAX - 1, 1, 100);
  shelf.add(INT64_MAX - 1, INT64_MAX, 1, 100);
  EXPECT_TRUE(shelf.plan(40 * kHour).empty());
  shelf.add(INT64_MIN, INT64_MIN + 1, 1, 100);
  shelf.add(INT64_MIN + 1, INT64_MIN + 2, 1, 100);
  EXPECT_EQ(shelf.plan(40 * kHour), (std::set<int64_t>{3, 4}));
}

}  // namespace
}  // namespace oreum::storage
