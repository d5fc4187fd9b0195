// Querier::only_at_hand(): what a thread that must not wait may read.
#include <gtest/gtest.h>

#include "storage/sqlite/sqlite_store.h"
#include "support/memory_store.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using model::Matcher;

constexpr int64_t kNow = 1'700'000'000'000;

class AtHandTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = SqliteStore::open({.folder = dir_.path(), .clock = clock_, .background = false});
    EXPECT_TRUE(store) << store.error().to_string();
    return *std::move(store);
  }
  static void fill(Store& store, size_t series) {
    model::Batch batch;
    for (size_t i = 0; i < series; ++i) batch.add(batch.own(test::make_series(static_cast<int>(i))), {kNow}, 1);
    ASSERT_TRUE(store.append(batch));
  }
  /// How many samples of all series can be read so, or why not.
  static Result<size_t> read_at_hand(const Queryable& store) {
    TRY_ASSIGN(const auto querier, store.querier({kNow - 1000}, {kNow + 1000}));
    EXPECT_TRUE(querier->only_at_hand());
    TRY_ASSIGN(const auto set, querier->select({}));
    size_t samples = 0;
    for (Columns columns; set->next();) {
      TRY(set->read(columns));
      samples += columns.t.size();
    }
    return samples;
  }

  oreum::test::TempDir dir_;
  ManualClock clock_{TimestampMs{kNow}};
};

TEST_F(AtHandTest, WhatIsInTheHeadIs) {
  const auto store = open();
  fill(*store, 3);
  EXPECT_EQ(read_at_hand(*store).value(), 3U);
}

TEST_F(AtHandTest, APackIsOnceItWasRead) {
  {
    const auto store = open();
    fill(*store, 3);
    ASSERT_TRUE(store->seal());
  }
  const auto store = open();
  const Result<size_t> cold = read_at_hand(*store);
  ASSERT_FALSE(cold);
  EXPECT_EQ(cold.error().code(), Code::kUnavailable);
  EXPECT_EQ(test::content(*store).size(), 3U);
  EXPECT_EQ(read_at_hand(*store).value(), 3U);
}

TEST_F(AtHandTest, APackThatWasReadOnceIsNot) {
  {
    const auto store = open();
    fill(*store, 3);
    ASSERT_TRUE(store->seal());
  }
  const auto store = open();
  const auto querier = store->querier({kNow - 1000}, {kNow + 1000}).value();
  const auto set = querier->select({}).value();
  set->read_once();
  Columns columns;
  size_t samples = 0;
  while (set->next()) {
    ASSERT_TRUE(set->read(columns));
    samples += columns.t.size();
  }
  EXPECT_EQ(samples, 3U);
  EXPECT_FALSE(read_at_hand(*store)) << "queries keep what they have in memory";
}

TEST_F(AtHandTest, ManySeriesAreNot) {
  const auto store = open();
  fill(*store, kSeriesAtHand + 1);
  EXPECT_EQ(read_at_hand(*store).error().code(), Code::kUnavailable);
  test::MemoryStore memory;
  for (size_t i = 0; i <= kSeriesAtHand; ++i) memory.add({{"n", std::to_string(i)}}, kNow, 1);
  EXPECT_EQ(read_at_hand(memory).error().code(), Code::kUnavailable);
}

TEST_F(AtHandTest, AListThatIsLongIsNotEvenWalked) {
  const auto store = open();
  fill(*store, 2100);
  const auto querier = store->querier({kNow}, {kNow}).value();
  ASSERT_TRUE(querier->only_at_hand());
  const Matcher rare[] = {{Matcher::Op::kEqual, "__name__", std::string(test::make_series(8).labels.get("__name__"))},
                          {Matcher::Op::kRegex, "n", "8.*"}};
  EXPECT_EQ(querier->select(rare).error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace oreum::storage
