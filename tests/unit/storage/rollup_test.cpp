#include "storage/rollup.h"

#include <cmath>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/fault.h"
#include "db/sqlite.h"
#include "storage/fault_points.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using test::content;
using test::make_series;

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }
bool near(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}
/// The same samples. A span may be unknown in `a`.
bool same(const Bucket& a, const Bucket& b) {
  const bool values = a.count == 0 || (same(a.min, b.min) && same(a.max, b.max) && same(a.first, b.first) &&
                                       same(a.last, b.last) && near(a.sum, b.sum) && near(a.increase, b.increase));
  return values && a.last_t == b.last_t && a.count == b.count && (a.span == Bucket::kUnknown || a.span == b.span) &&
         a.gap == b.gap && a.broken_before == b.broken_before && a.broken_after == b.broken_after;
}
bool same(const std::vector<Bucket>& a, const std::vector<Bucket>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Bucket& x, const Bucket& y) { return same(x, y); });
}

struct Random {
  std::vector<int64_t> t;
  std::vector<double> v;
};

Random any_samples() {
  Random out;
  const int kind = *rc::gen::inRange(0, 4);
  const int64_t step = *rc::gen::element<int64_t>(1000, 7000, 50'000, 400'000);
  const int n = *rc::gen::inRange(0, 300);
  int64_t t = *rc::gen::inRange<int64_t>(-kHour, kHour);
  double value = *rc::gen::inRange(0, 1000);
  for (int i = 0; i < n; ++i) {
    t += *rc::gen::inRange<int64_t>(1, step);
    switch (kind) {
      case 0: value = *rc::gen::map(rc::gen::arbitrary<uint64_t>(), oreum::test::odd_value); break;
      case 1: value = *rc::gen::inRange(0, 30) == 0 ? 0 : value + *rc::gen::inRange(0, 100) / 100.0; break;
      case 2: value = *rc::gen::inRange(-1000, 1000) / 10.0; break;
      default: break;
    }
    out.t.push_back(t);
    out.v.push_back(*rc::gen::inRange(0, 20) == 0 ? model::stale_marker() : value);
  }
  return out;
}

/// By the words of bucket.h, one bucket at a time.
Bucket naive(const Random& all, size_t from, size_t to) {
  Bucket b;
  long double sum = 0;
  int64_t first_t = 0;
  for (size_t i = from; i < to; ++i) {
    if (std::isnan(all.v[i])) {
      (b.count == 0 ? b.broken_before : b.broken_after) = true;
      if (b.count == 0) b.last_t = all.t[i];
      continue;
    }
    if (b.count == 0) {
      b.first = b.min = b.max = all.v[i];
      first_t = all.t[i];
    } else if (std::isnan(all.v[i - 1])) {
      b.gap += all.t[i] - b.last_t;
    } else {
      b.increase += counter_increase(all.v[i - 1], all.v[i]);
    }
    b.broken_after = false;
    b.min = std::min(b.min, all.v[i]);
    b.max = std::max(b.max, all.v[i]);
    b.last = all.v[i];
    b.last_t = all.t[i];
    b.span = all.t[i] - first_t;
    sum += all.v[i];
    ++b.count;
  }
  b.sum = static_cast<double>(sum);
  return b;
}

RC_GTEST_PROP(Buckets, AreWhatTheirSamplesSay, ()) {
  const Random all = any_samples();
  for (const Resolution r : kRollupResolutions) {
    std::vector<Bucket> buckets;
    to_buckets(all.t, all.v, bucket(r), buckets);
    std::vector<Bucket> expected;
    for (size_t from = 0; from < all.t.size();) {
      size_t to = from;
      const int64_t number = part_of(bucket(r).count(), all.t[from]);
      while (to < all.t.size() && part_of(bucket(r).count(), all.t[to]) == number) ++to;
      expected.push_back(naive(all, from, to));
      from = to;
    }
    // A sum of large numbers that cancel, or of infinities, is the order's; doubles and long doubles then differ.
    const bool tame = std::all_of(all.v.begin(), all.v.end(), [](double v) { return !(std::abs(v) > 1e12); });
    RC_ASSERT(buckets.size() == expected.size());
    for (size_t i = 0; i < buckets.size(); ++i) {
      if (!tame) buckets[i].sum = buckets[i].increase = expected[i].sum = expected[i].increase = 0;
      RC_ASSERT(same(buckets[i], expected[i]));
    }
  }
}

RC_GTEST_PROP(Buckets, ComeBackFromRowsToTheBit, ()) {
  const Random all = any_samples();
  std::vector<Bucket> buckets;
  to_buckets(all.t, all.v, bucket(Resolution::kMinute), buckets);
  Rows rows;
  buckets_to_rows(buckets, rows);
  RC_ASSERT(rows.t.size() == buckets.size());
  for (size_t i = 0; i < buckets.size(); ++i) {
    const Bucket b = bucket_of_row(rows, i);
    RC_ASSERT(same(b, buckets[i]));
    RC_ASSERT(b.count == 0 || (same(b.sum, buckets[i].sum) && same(b.increase, buckets[i].increase)));
    // Where the span is left out the bucket before ends less than a minute before this one's first sample.
    if (b.count == 0 || b.span != Bucket::kUnknown) continue;
    RC_ASSERT(i > 0 && !b.broken_before && !buckets[i - 1].broken_after);
    RC_ASSERT(b.last_t - buckets[i].span - buckets[i - 1].last_t < kMinute);
  }
}

RC_GTEST_PROP(Buckets, GoOnWhereTheyEnded, ()) {
  const Random all = any_samples();
  const auto cut = static_cast<size_t>(*rc::gen::inRange<size_t>(0, all.t.size() + 1));
  const milliseconds length = bucket(Resolution::kHour);
  std::vector<Bucket> whole;
  to_buckets(all.t, all.v, length, whole);
  std::vector<Bucket> before;
  std::vector<Bucket> resumed;
  to_buckets(std::span(all.t).first(cut), std::span(all.v).first(cut), length, before);
  to_buckets(all.t, all.v, before, length, resumed);
  const bool tame = std::all_of(all.v.begin(), all.v.end(), [](double v) { return !(std::abs(v) > 1e12); });
  if (!tame) {
    for (auto* list : {&whole, &resumed}) {
      for (Bucket& b : *list) b.sum = b.increase = 0;
    }
  }
  RC_ASSERT(same(resumed, whole));
}

TEST(Buckets, AtTheEndsOfTime) {
  std::vector<Bucket> buckets;
  to_buckets(std::vector<int64_t>{INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX}, std::vector<double>{1, 2, 3, 4, 5},
             bucket(Resolution::kHour), buckets);
  ASSERT_EQ(buckets.size(), 4U);
  EXPECT_EQ(buckets[0].count, 2U);
}

/// Everything a store holds as buckets; `use` as in SeriesSet::read_buckets.
std::map<std::string, std::vector<Bucket>> all_buckets(const Store& store, Resolution r, RollupUse use,
                                                       TimestampMs from = TimestampMs::min(),
                                                       TimestampMs to = TimestampMs::max(), bool* rolled = nullptr) {
  std::map<std::string, std::vector<Bucket>> all;
  const auto querier = *store.querier(from, to);
  const auto set = *querier->select({});
  while (set->next()) {
    std::vector<Bucket> buckets;
    const Result<bool> read = set->read_buckets(r, use, buckets);
    EXPECT_TRUE(read) << read.error().to_string();
    if (read && *read && rolled != nullptr) *rolled = true;
    if (!buckets.empty()) all[set->series().labels.to_string()] = buckets;
  }
  return all;
}

std::map<std::string, std::vector<Bucket>> from_samples(const test::Content& content, Resolution r) {
  std::map<std::string, std::vector<Bucket>> all;
  for (const auto& [name, samples] : content) {
    BucketBuilder builder(bucket(r));
    for (const auto& [t, bits] : samples) builder.add(t, std::bit_cast<double>(bits));
    builder.finish(all[name]);
  }
  return all;
}

bool same(const std::map<std::string, std::vector<Bucket>>& a, const std::map<std::string, std::vector<Bucket>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
}

class RollupTest : public testing::Test {
 protected:
  SqliteOptions options() {
    SqliteOptions o{.folder = dir_.path(), .clock = clock_};
    o.background = false;
    o.retention = {.age = milliseconds(0), .bytes = 0};
    return o;
  }
  static std::unique_ptr<Store> open(const SqliteOptions& o) {
    auto store = SqliteStore::open(o);
    EXPECT_TRUE(store) << store.error().to_string();
    return std::move(*store);
  }
  /// n samples of series `number`, ten seconds apart.
  static void fill(Store& store, int number, int64_t from, int n, double slope = 0.1) {
    model::Batch batch;
    for (int i = 0; i < n; ++i) {
      batch.add(batch.own(make_series(number)), {from + i * 10'000}, static_cast<double>((i * 7) % 50) * slope);
    }
    const auto result = store.append(batch);
    ASSERT_TRUE(result) << result.error().to_string();
    ASSERT_EQ(result->added, static_cast<uint64_t>(n));
    ASSERT_TRUE(store.seal());
  }
  static void expect_exact(const Store& store) {
    for (const Resolution r : kRollupResolutions) {
      const auto expected = from_samples(content(store), r);
      EXPECT_TRUE(same(all_buckets(store, r, RollupUse::kWherePossible), expected));
      EXPECT_TRUE(same(all_buckets(store, r, RollupUse::kWhereRawIsGone), expected));
    }
  }
  int64_t rows(const std::string& sql) {
    return *db::Database::open((dir_.path() / "oreum.db").string(), db::Database::Mode::kReadWrite)->query_int(sql);
  }

  oreum::test::TempDir dir_;
  ManualClock clock_{TimestampMs{3 * kDay}};
};

TEST_F(RollupTest, ADayThatIsOverIsRolledOnce) {
  const auto store = open(options());
  for (int s = 0; s < 3; ++s) fill(*store, s, kDay - 5000, 2000);
  ASSERT_TRUE(store->roll_up({2 * kDay - 1}));
  EXPECT_EQ(store->stats().rolled_days, 1U);  // day 0
  ASSERT_TRUE(store->roll_up({2 * kDay + 1}));
  EXPECT_EQ(store->stats().rolled_days, 2U);
  ASSERT_TRUE(store->compact());
  ASSERT_TRUE(store->roll_up({2 * kDay + 1}));
  EXPECT_EQ(store->stats().rolled_days, 2U);  // putting packs together changes nothing
  bool rolled = false;
  all_buckets(*store, Resolution::kMinute, RollupUse::kWherePossible, TimestampMs::min(), TimestampMs::max(), &rolled);
  EXPECT_TRUE(rolled);
  rolled = false;
  all_buckets(*store, Resolution::kMinute, RollupUse::kWhereRawIsGone, TimestampMs::min(), TimestampMs::max(), &rolled);
  EXPECT_FALSE(rolled);
  expect_exact(*store);
  EXPECT_GT(store->stats().rollup_samples, 3U * 333);
  EXPECT_EQ(store->stats().samples, 6000U);
}

TEST_F(RollupTest, LateSamplesAreThereAtOnceAndRolledAgain) {
  const auto store = open(options());
  fill(*store, 0, 0, 3000);
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  model::Batch late;
  late.add(late.own(make_series(0)), {12'345}, 1e6);
  late.add(late.own(make_series(7)), {99'999}, 5);
  ASSERT_TRUE(store->append(late));
  expect_exact(*store);  // in memory
  ASSERT_TRUE(store->seal());
  expect_exact(*store);  // in a pack
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  EXPECT_EQ(store->stats().rolled_days, 2U);
  expect_exact(*store);
  ASSERT_TRUE(store->compact());
  expect_exact(*store);
}

TEST_F(RollupTest, WhatIsDeletedIsDeletedFromRollups) {
  const auto store = open(options());
  for (int s = 0; s < 2; ++s) fill(*store, s, 0, 10'000);
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  const std::vector<model::Matcher> odd{{model::Matcher::Op::kEqual, "__name__", "odd"}};
  ASSERT_TRUE(store->delete_samples(odd, {kHour + 30'001}, {kHour + 30'002}, "a range without samples"));
  expect_exact(*store);
  ASSERT_TRUE(store->delete_samples(odd, {kDay - 2 * kHour - 5}, {kDay + 5}, "test"));
  expect_exact(*store);
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  expect_exact(*store);
  ASSERT_TRUE(store->delete_samples(odd, {0}, {kDay - 1}, "test"));
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  expect_exact(*store);
  ASSERT_TRUE(store->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "test"));
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  EXPECT_EQ(store->stats().rollup_samples, 0U);
  EXPECT_EQ(store->stats().series, 0U);
}

TEST_F(RollupTest, RollupsOutliveTheirSamples) {
  SqliteOptions o = options();
  o.retention = {.age = milliseconds(kDay), .bytes = 0, .minutes = milliseconds(10 * kDay), .hours = milliseconds(0)};
  clock_.set({0});
  auto store = open(o);
  for (int s = 0; s < 3; ++s) fill(*store, s, 0, 8640 * 2 + 100);
  const auto minutes = from_samples(content(*store), Resolution::kMinute);
  const auto hours = from_samples(content(*store), Resolution::kHour);
  clock_.set({4 * kDay});
  // Nothing was rolled yet: retention does it before it takes the samples.
  ASSERT_TRUE(store->apply_retention(clock_.now()));
  EXPECT_EQ(store->stats().samples, 0U);
  EXPECT_EQ(store->stats().series, 3U);
  for (int round = 0; round < 2; ++round) {
    for (const auto use : {RollupUse::kWherePossible, RollupUse::kWhereRawIsGone}) {
      EXPECT_TRUE(same(all_buckets(*store, Resolution::kMinute, use), minutes));
      EXPECT_TRUE(same(all_buckets(*store, Resolution::kHour, use), hours));
    }
    ASSERT_TRUE(store->compact());
    ASSERT_TRUE(store->roll_up(clock_.now()));
    store.reset();
    store = open(o);
  }
  // Minutes go, hours stay.
  clock_.set({20 * kDay});
  ASSERT_TRUE(store->apply_retention(clock_.now()));
  EXPECT_TRUE(all_buckets(*store, Resolution::kMinute, RollupUse::kWherePossible).empty());
  EXPECT_TRUE(same(all_buckets(*store, Resolution::kHour, RollupUse::kWherePossible), hours));
  store.reset();
  o.retention.hours = Retention::kNone;
  store = open(o);
  ASSERT_TRUE(store->apply_retention(clock_.now()));
  EXPECT_EQ(store->stats().series, 0U);
  EXPECT_EQ(rows("SELECT count(*) FROM rolled"), 0);
}

TEST_F(RollupTest, ADayThatRetentionTakesInPartsLosesNothing) {
  SqliteOptions o = options();
  o.retention.age = milliseconds(2 * kHour);
  clock_.set({0});
  const auto store = open(o);
  test::Content all;
  for (int64_t part = 0; part < 30; ++part) {
    clock_.set({part * kHour});
    fill(*store, 0, part * kHour + 1, 360);
    for (const auto& [name, samples] : content(*store)) all[name].insert(samples.begin(), samples.end());
    if (part % 3 == 2) {
      ASSERT_TRUE(store->compact());
    }
    if (part % 5 == 4) {
      ASSERT_TRUE(store->roll_up(clock_.now()));
    }
    ASSERT_TRUE(store->apply_retention(clock_.now()));
    for (const Resolution r : kRollupResolutions) {
      const auto expected = from_samples(all, r);
      ASSERT_TRUE(same(all_buckets(*store, r, RollupUse::kWherePossible), expected)) << part;
      ASSERT_TRUE(same(all_buckets(*store, r, RollupUse::kWhereRawIsGone), expected)) << part;
    }
  }
  EXPECT_LT(store->stats().samples, 3000U);
}

TEST_F(RollupTest, SizeTakesRawSamplesFirstButNotAllOfThem) {
  SqliteOptions o = options();
  auto store = open(o);
  for (int64_t day = 0; day < 6; ++day) {
    model::Batch batch;
    for (int64_t i = 0; i < 8000; ++i) {
      batch.add(batch.own(make_series(0)), {day * kDay + i * 2000}, std::sin(static_cast<double>(i)) * 1e9);
    }
    ASSERT_TRUE(store->append(batch));
    ASSERT_TRUE(store->seal());
  }
  ASSERT_TRUE(store->roll_up({7 * kDay}));
  ASSERT_TRUE(store->compact());
  const auto raw = [&] { return rows("SELECT ifnull(sum(bytes), 0) FROM pack WHERE resolution = 0"); };
  const auto minutes = [&] { return rows("SELECT ifnull(sum(bytes), 0) FROM pack WHERE resolution = 1"); };
  const int64_t raw_before = raw();
  const int64_t minutes_before = minutes();
  ASSERT_GT(minutes_before, 0);
  const auto limited = [&](int64_t less) {
    return static_cast<uint64_t>(rows("PRAGMA page_count") * 4096 - rows("PRAGMA freelist_count") * 4096 - less);
  };
  const uint64_t a_little_less = limited(raw_before / 12);
  store.reset();
  o.retention.bytes = a_little_less;
  {
    const auto again = open(o);
    ASSERT_TRUE(again->apply_retention({7 * kDay}));
    EXPECT_LT(raw(), raw_before);
    EXPECT_GT(raw(), 0);
    EXPECT_EQ(minutes(), minutes_before);
  }
  o.retention.bytes = static_cast<uint64_t>(raw_before) / 2;
  const auto again = open(o);
  ASSERT_TRUE(again->apply_retention({7 * kDay}));
  EXPECT_LE(raw(), static_cast<int64_t>(o.retention.bytes / 2));
  EXPECT_GT(raw(), 0);
}

TEST_F(RollupTest, ADamagedDayAnswersFromItsSamples) {
  auto store = open(options());
  fill(*store, 0, 0, 100);
  fill(*store, 1, 0, 100);
  store.reset();
  {
    db::Database db = *db::Database::open((dir_.path() / "oreum.db").string(), db::Database::Mode::kReadWrite);
    ASSERT_TRUE(db.exec("UPDATE pack_data SET data = zeroblob(20) WHERE id = 1"));
  }
  SqliteOptions o = options();
  o.retention.age = milliseconds(kDay);
  store = open(o);
  ASSERT_TRUE(store->roll_up({2 * kDay}));
  EXPECT_EQ(store->stats().rolled_days, 0U);
  // When the samples go at last, what can be read stays as a rollup.
  ASSERT_TRUE(store->apply_retention({4 * kDay}));
  EXPECT_EQ(store->stats().samples, 0U);
  EXPECT_EQ(all_buckets(*store, Resolution::kMinute, RollupUse::kWherePossible).size(), 1U);
}

TEST_F(RollupTest, RunsInTheBackground) {
  SqliteOptions o = options();
  o.background = true;
  o.maintenance_interval = milliseconds(1);
  o.rollup.quiet = milliseconds(0);
  const auto store = open(o);
  fill(*store, 0, 0, 100);
  while (store->stats().rolled_days == 0) std::this_thread::yield();
  expect_exact(*store);
}

RC_GTEST_PROP(Rollups, AreAlwaysOfTheSamplesThereAre, ()) {
  const oreum::test::TempDir dir;
  ManualClock clock(TimestampMs{0});
  SqliteOptions options{.folder = dir.path(), .clock = clock};
  options.background = false;
  options.retention = {.age = milliseconds(0), .bytes = 0};
  auto store = *SqliteStore::open(options);
  const int steps = *rc::gen::inRange(3, 20);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 8)) {
      case 0: RC_ASSERT(store->seal().has_value()); break;
      case 1: RC_ASSERT(store->compact().has_value()); break;
      case 2:
      case 3: RC_ASSERT(store->roll_up({*rc::gen::inRange<int64_t>(0, 40) * kDay}).has_value()); break;
      case 4:
        store.reset();
        store = *SqliteStore::open(options);
        break;
      case 5: {
        const std::vector<model::Matcher> odd{{model::Matcher::Op::kEqual, "__name__", "odd"}};
        const int64_t from = *rc::gen::inRange<int64_t>(-kDay, 2 * kDay);
        RC_ASSERT(store->delete_samples(odd, {from}, {from + *rc::gen::inRange<int64_t>(0, kDay)}, "t").has_value());
        break;
      }
      default: {
        const Random samples = any_samples();
        const int64_t shift = *rc::gen::element<int64_t>(0, kDay - kHour, 35 * kDay);
        const int number = *rc::gen::inRange(0, 3);
        model::Batch batch;
        for (size_t i = 0; i < samples.t.size(); ++i) {
          const double v = std::abs(samples.v[i]) > 1e12 ? 1 : samples.v[i];
          batch.add(batch.own(make_series(number)), {samples.t[i] + shift}, v);
        }
        RC_ASSERT(store->append(batch).has_value());
      }
    }
    for (const Resolution r : kRollupResolutions) {
      const auto expected = from_samples(content(*store), r);
      RC_ASSERT(same(all_buckets(*store, r, RollupUse::kWherePossible), expected));
    }
    // A range whose end is in the middle of a bucket.
    const TimestampMs to{*rc::gen::inRange<int64_t>(-kHour, 2 * kDay)};
    RC_ASSERT(same(all_buckets(*store, Resolution::kHour, RollupUse::kWherePossible, TimestampMs::min(), to),
                   from_samples(content(*store, TimestampMs::min(), to), Resolution::kHour)));
  }
}

}  // namespace
}  // namespace oreum::storage
