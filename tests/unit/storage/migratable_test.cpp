#include "storage/migratable.h"

#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "storage/open_store.h"
#include "support/odd_values.h"
#include "support/store_database.h"
#include "support/store_model.h"

namespace oreum::storage {
namespace {

using test::content;
using test::make_series;

class MigratableTest : public ::testing::TestWithParam<test::Kind> {
 protected:
  void SetUp() override {
    if (!test::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  std::unique_ptr<Store> open(const std::string& name) {
    auto store = database(name).open(
        {.folder = database(name).folder(),
         .clock = clock_,
         .retention = {.age = milliseconds(0), .bytes = 0, .minutes = milliseconds(0), .hours = milliseconds(0)},
         .background = false});
    EXPECT_TRUE(store.has_value());
    return std::move(*store);
  }
  static model::Batch batch(int64_t t, int first = 0, int last = 6) {
    model::Batch batch;
    for (int i = first; i < last; ++i) {
      batch.add(batch.own(make_series(i)), {t}, oreum::test::odd_value(static_cast<uint64_t>(t + i)));
    }
    return batch;
  }
  static void append(Store& store, int64_t from, int64_t to) {
    for (int64_t t = from; t < to; ++t) ASSERT_EQ(store.append(batch(t))->added, 6U);
  }
  /// All rows after the position, as one count.
  static uint64_t held(Store& store, int64_t position) {
    const auto reader = store.migratable()->move_reader();
    model::Batch all;
    uint64_t samples = 0;
    while (reader->read_journal(position, INT64_MAX, 7, all).value()) samples += all.size();
    return samples;
  }
  /// What `oreum check store` finds.
  uint64_t problems(const std::string& name) { return check_store(database(name).url())->problems; }

  test::StoreDatabase& database(const std::string& name) {
    auto& database = databases_[name];
    if (database == nullptr) database = std::make_unique<test::StoreDatabase>(GetParam());
    return *database;
  }

  std::map<std::string, std::unique_ptr<test::StoreDatabase>> databases_;
  SystemClock clock_;
};

INSTANTIATE_TEST_SUITE_P(Databases, MigratableTest, testing::Values(test::Kind::kSqlite, test::Kind::kPostgres),
                         testing::PrintToStringParamName());

TEST_P(MigratableTest, HeldRowsStayThroughSealsAndRestartsAndCountNowhere) {
  auto store = open("a");
  append(*store, 0, 10);
  ASSERT_TRUE(store->seal().has_value());
  append(*store, 10, 15);  // in the journal when the hold begins
  const int64_t position = store->migratable()->hold({}).value();
  EXPECT_EQ(held(*store, position), 30U);
  append(*store, 15, 20);
  ASSERT_TRUE(store->seal().has_value());
  append(*store, 20, 22);
  EXPECT_EQ(store->migratable()->hold({}).value(), position) << "again: the same";
  const auto before = content(*store);
  const uint64_t samples = store->stats().samples;
  store.reset();
  EXPECT_EQ(problems("a"), 0U);
  store = open("a");
  EXPECT_EQ(held(*store, position), 72U);
  EXPECT_TRUE(content(*store) == before);
  EXPECT_EQ(store->stats().samples, samples) << "a held row is not replayed";
  EXPECT_EQ(store->migratable()->move_reader()->units()->size(), 1U) << "what was sealed later is in the journal";

  ASSERT_TRUE(store->migratable()->release_journal(position + 10).has_value());
  EXPECT_EQ(held(*store, position), 12U) << "and what is not sealed stays in any case";
  const Record none[] = {{std::string(kRecordHold), std::nullopt}};
  ASSERT_TRUE(store->migratable()->put_records(none).has_value());
  ASSERT_TRUE(store->seal().has_value());
  EXPECT_EQ(held(*store, position), 0U);
}

TEST_P(MigratableTest, PacksStayWhileItIsPaused) {
  auto store = open("a");
  append(*store, 0, 10);
  ASSERT_TRUE(store->seal().has_value());
  append(*store, 10, 20);
  ASSERT_TRUE(store->migratable()->hold({}).has_value());
  ASSERT_TRUE(store->seal().has_value());
  const uint64_t packs = store->stats().packs;
  ASSERT_TRUE(store->compact().has_value());
  ASSERT_TRUE(store->apply_retention(TimestampMs::max()).has_value());
  EXPECT_EQ(store->stats().packs, packs);
  EXPECT_EQ(store->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "x").error().code(),
            Code::kFailedPrecondition);
  const Record none[] = {{std::string(kRecordHold), std::nullopt}, {std::string(kRecordPaused), std::nullopt}};
  ASSERT_TRUE(store->migratable()->put_records(none).has_value());
  ASSERT_TRUE(store->compact().has_value());
  EXPECT_LT(store->stats().packs, packs);
}

TEST_P(MigratableTest, AUnitIsTheSameInAStoreThatNumbersSeriesAnotherWay) {
  auto a = open("a");
  append(*a, 0, 50);
  ASSERT_TRUE(a->seal().has_value());
  ASSERT_TRUE(a->migratable()->hold({}).has_value());
  auto b = open("b");
  std::vector<SeriesPtr> backwards = a->migratable()->series();
  std::reverse(backwards.begin(), backwards.end());
  ASSERT_TRUE(b->migratable()->put_series(backwards, {}).has_value());
  const auto reader = a->migratable()->move_reader();
  const auto units = reader->units();
  for (const PackPtr& meta : *units) {
    const Unit unit = reader->read_unit(meta).value();
    const Record record[] = {{"mine", "at 1"}};
    ASSERT_TRUE(b->migratable()->put_units(std::span(&unit, 1), record).has_value());
  }
  EXPECT_TRUE(content(*b) == content(*a));
  EXPECT_EQ(b->migratable()->record("mine").value(), "at 1");
  // The identity rule knows what came in units.
  EXPECT_EQ(b->append(batch(7))->duplicates, 6U);
  EXPECT_EQ(b->append(batch(50))->added, 6U);
  b.reset();
  EXPECT_EQ(problems("b"), 0U);
}

TEST_P(MigratableTest, ADamagedUnitIsRefusedAndNothingIsKept) {
  auto a = open("a");
  append(*a, 0, 50);
  ASSERT_TRUE(a->seal().has_value());
  ASSERT_TRUE(a->migratable()->hold({}).has_value());
  auto b = open("b");
  const auto reader = a->migratable()->move_reader();
  const Unit whole = reader->read_unit(reader->units()->front()).value();
  for (const size_t size : {size_t{0}, size_t{3}, whole.bytes.size() / 2}) {
    Unit cut = whole;
    cut.bytes.resize(size);
    const Record record[] = {{"mine", "at 1"}};
    EXPECT_EQ(b->migratable()->put_units(std::span(&cut, 1), record).error().code(), Code::kDataLoss) << size;
  }
  EXPECT_EQ(b->stats().samples, 0U);
  EXPECT_EQ(b->migratable()->record("mine").value(), std::nullopt);
}

TEST_P(MigratableTest, ARetiredStoreTakesOnlyWhatIsApplied) {
  auto store = open("a");
  const Record retired[] = {{std::string(kRecordRetired), "it moved to b"}};
  ASSERT_TRUE(store->migratable()->put_records(retired).has_value());
  store = nullptr;
  store = open("a");
  EXPECT_EQ(store->append(batch(1)).error().message(), "it moved to b");
  const auto applied =
      store->migratable()->apply(batch(1), [](const AppendResult&) { return std::vector<Record>{{"at", "1"}}; });
  EXPECT_EQ(applied->added, 6U);
  const auto again =
      store->migratable()->apply(batch(1), [](const AppendResult&) { return std::vector<Record>{{"at", "2"}}; });
  EXPECT_EQ(again->duplicates, 6U);
  EXPECT_EQ(store->migratable()->record("at").value(), "2") << "a record is put when there is nothing else, too";
}

TEST_P(MigratableTest, ErasesOneSeriesAndDropsWhatIsDamaged) {
  auto store = open("a");
  append(*store, 0, 50);
  ASSERT_TRUE(store->seal().has_value());
  ASSERT_TRUE(store->migratable()->hold({}).has_value());
  ASSERT_TRUE(store->migratable()->erase(make_series(2).id, {10}, {19}).has_value());
  EXPECT_EQ(test::count(content(*store)), 290U);
  EXPECT_EQ(store->migratable()->drop_damaged(TimestampMs::min(), TimestampMs::max()).value(), 0U);
  EXPECT_EQ(test::count(content(*store)), 290U);
}

constexpr int64_t kDay = 86'400'000;

TEST_P(MigratableTest, ErasingSamplesLeavesTheirRollups) {
  auto store = open("a");
  append(*store, 0, 20);
  ASSERT_TRUE(store->seal());
  ASSERT_TRUE(store->roll_up(clock_.now()));
  const auto before = store->migratable()->read_rolled(Resolution::kMinute, 0)->days;
  ASSERT_NE(before.at(0).digest, 0U);
  ASSERT_TRUE(store->migratable()->erase(make_series(2).id, {10}, {19}));
  EXPECT_TRUE(store->migratable()->read_rolled(Resolution::kMinute, 0)->days == before);
}

/// Whatever fails on the way: a day's rollups are the old ones or the new ones.
TEST_P(MigratableTest, ReplacesDaysOfRollupsWhollyOrNotAtAll) {
  const auto fill = [&](Store& store, int64_t shift) {
    for (int64_t day = 0; day < 4; ++day) {
      ASSERT_EQ(store.append(batch(day * kDay + (day == 1 || day == 2 ? shift : 0)))->added, 6U);
      ASSERT_TRUE(store.seal());
      ASSERT_TRUE(store.roll_up(clock_.now()));
    }
  };
  auto from = open("a");
  fill(*from, 0);
  const RolledWindow theirs = *from->migratable()->read_rolled(Resolution::kMinute, 0);
  auto to = open("b");
  ASSERT_TRUE(to->append(batch(kDay, 3, 4)));  // series have other numbers here
  fill(*to, 5);
  ASSERT_TRUE(to->compact());
  const auto old = to->migratable()->read_rolled(Resolution::kMinute, 0)->days;
  ASSERT_TRUE(old.at(1) != theirs.days.at(1) && old.at(2) != theirs.days.at(2) && old.at(3) == theirs.days.at(3));
  const Catalog::Days days{{1, theirs.days.at(1).known}};
  const auto reader = from->migratable()->move_reader();
  int failed = 0;
  for (bool done = false; !done;) {
    size_t next = 0;
    fault::arm("*", fault::Action::kError, ++failed);
    const Status replaced =
        to->migratable()->replace_rolled(Resolution::kMinute, 0, days, [&]() -> Result<std::optional<Unit>> {
          if (next == theirs.packs.size()) return std::optional<Unit>();
          TRY_ASSIGN(Unit unit, reader->read_unit(theirs.packs[next++]));
          return std::optional(std::move(unit));
        });
    fault::disarm();
    done = replaced.has_value();
    ASSERT_LT(failed, 200) << replaced.error().to_string();
    while (!to->refresh()) std::this_thread::yield();  // a connection that a fault has ended comes back
    const auto now = to->migratable()->read_rolled(Resolution::kMinute, 0);
    ASSERT_TRUE(now && now->damage.empty());
    if (!done && now->days == old) continue;
    EXPECT_TRUE(now->days.at(1) == theirs.days.at(1));
    for (const int64_t day : {0, 2, 3}) EXPECT_TRUE(now->days.at(day) == old.at(day)) << day;
  }
  EXPECT_GT(failed, 3);
  to.reset();
  EXPECT_EQ(problems("b"), 0U);
}

}  // namespace
}  // namespace oreum::storage
