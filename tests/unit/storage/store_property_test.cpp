// Random histories against a map, and every operation failed once.
#include <cstdlib>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "base/fault.h"
#include "db/fault_vfs.h"
#include "storage/fault_points.h"
#include "storage/open_store.h"
#include "support/odd_values.h"
#include "support/store_database.h"
#include "support/store_model.h"

namespace oreum::storage {
namespace {

using oreum::test::odd_value;
using test::content;
using test::Content;
using test::Kind;
using test::make_series;
using test::StoreDatabase;

// Thousands of commits: where syncing costs nothing, they take seconds.
const bool kInMemory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 0) == 0;

std::unique_ptr<Store> must_open(const StoreDatabase& database, const EngineOptions& options) {
  Result<std::unique_ptr<Store>> store = database.open(options);
  RC_ASSERT(store.has_value());
  return std::move(*store);
}

model::Batch any_batch() {
  model::Batch batch;
  const int size = *rc::gen::inRange(0, 30);
  for (int i = 0; i < size; ++i) {
    const model::Series& series = batch.own(make_series(*rc::gen::inRange(0, 4)));
    // Few times, so that they meet; some far off.
    const int64_t t = *rc::gen::weightedOneOf<int64_t>(
        {{20, rc::gen::inRange<int64_t>(-30, 60)},
         {2, rc::gen::inRange<int64_t>(-10'000'000'000, 10'000'000'000)},
         {1, rc::gen::element(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())}});
    const double v = *rc::gen::inRange(0, 3) == 0 ? *rc::gen::map(rc::gen::arbitrary<uint64_t>(), odd_value)
                                                  : static_cast<double>(*rc::gen::inRange(0, 2));
    // A hint never decides anything: two series may have the same one, and a series another each time.
    const uint32_t hint = *rc::gen::element<uint32_t>(0, 1, 100, model::Batch::kNoHint);
    batch.add(series.id, series.labels.encoded(), {t}, v, hint);
  }
  return batch;
}

Content clipped(const Content& all, TimestampMs from, TimestampMs to) {
  Content out;
  for (const auto& [name, samples] : all) {
    for (const auto& [t, bits] : samples) {
      if (t >= from.ms && t <= to.ms) out[name][t] = bits;
    }
  }
  return out;
}

/// Nothing new, and nothing gone that is after the horizon.
void only_old_is_gone(const Content& before, const Content& after, TimestampMs horizon) {
  for (const auto& [name, samples] : after) {
    for (const auto& [t, bits] : samples) RC_ASSERT(before.at(name).at(t) == bits);
  }
  RC_ASSERT(clipped(before, horizon, TimestampMs::max()) == clipped(after, horizon, TimestampMs::max()));
}

/// What `oreum check store` finds.
std::string problems(const StoreDatabase& database) {
  const auto report = check_store(database.url());
  if (!report) return report.error().to_string();
  return report->clean() ? "" : report->findings[0].what;
}

void behaves_like_a_map(Kind kind) {
  const StoreDatabase database(kind);
  ManualClock clock(TimestampMs{0});
  EngineOptions options{.folder = database.folder(), .clock = clock};
  options.background = false;
  options.chunk_samples = static_cast<uint32_t>(*rc::gen::inRange(1, 8));
  options.retention = {.age = milliseconds(*rc::gen::element(0, 40)), .bytes = 0};
  test::Model model;
  auto store = must_open(database, options);
  const int steps = *rc::gen::inRange(5, kind == Kind::kSqlite ? 60 : 20);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 11)) {
      case 5: {
        const TimestampMs from{*rc::gen::inRange<int64_t>(-40, 60)};
        const TimestampMs to{*rc::gen::inRange<int64_t>(-40, 60)};
        const std::string name = *rc::gen::element<std::string>("even", "odd");
        const std::vector<model::Matcher> matchers{{model::Matcher::Op::kEqual, "__name__", name}};
        const auto deleted = store->delete_samples(matchers, from, to, "test");
        RC_ASSERT(deleted.has_value());
        RC_ASSERT(deleted->samples == model.erase(name, from, to));
        RC_ASSERT(content(*store) == model.samples);
        break;
      }
      case 4: RC_ASSERT(store->compact().has_value()); break;
      case 0: RC_ASSERT(store->seal().has_value()); break;
      case 1:
        store.reset();
        store = must_open(database, options);
        break;
      case 2: {
        clock.advance(milliseconds(*rc::gen::inRange(0, 15)));
        RC_ASSERT(store->apply_retention(clock.now()).has_value());
        Content left = content(*store);
        if (options.retention.age.count() == 0) RC_ASSERT(left == model.samples);
        only_old_is_gone(model.samples, left, clock.now() - options.retention.age);
        model.samples = std::move(left);
        break;
      }
      case 3: {
        const TimestampMs from{*rc::gen::inRange<int64_t>(-40, 60)};
        const TimestampMs to{*rc::gen::inRange<int64_t>(-40, 60)};
        RC_ASSERT(content(*store, from, to) == clipped(model.samples, from, to));
        break;
      }
      default: {
        if (options.retention.age.count() > 0) model.horizon = clock.now() - options.retention.age;
        const model::Batch batch = any_batch();
        const AppendResult expected = model.append(batch);
        const Result<AppendResult> result = store->append(batch);
        RC_ASSERT(result.has_value());
        RC_ASSERT(result->added == expected.added);
        RC_ASSERT(result->duplicates == expected.duplicates);
        RC_ASSERT(result->conflict_count == expected.conflict_count);
        RC_ASSERT(result->too_old == expected.too_old);
        RC_ASSERT(result->rejected == 0U);
      }
    }
  }
  RC_ASSERT(content(*store) == model.samples);
  RC_ASSERT(store->stats().samples == test::count(model.samples));
  store.reset();
  store = must_open(database, options);
  RC_ASSERT(content(*store) == model.samples);
  RC_ASSERT(store->stats().samples == test::count(model.samples));
  RC_ASSERT(store->seal().has_value());
  RC_ASSERT(content(*store) == model.samples);
  RC_ASSERT(store->compact().has_value());
  RC_ASSERT(content(*store) == model.samples);
  RC_ASSERT(store->stats().samples == test::count(model.samples));
  RC_ASSERT(problems(database) == "");
}

RC_GTEST_PROP(SqliteStore, BehavesLikeAMap, ()) { behaves_like_a_map(Kind::kSqlite); }

RC_GTEST_PROP(PostgresStore, BehavesLikeAMap, ()) {
  // A server takes some milliseconds for what a file does in none: fewer histories, and shorter ones.
  constexpr int kHistories = 30;
  static int histories = 0;
  if (histories++ < kHistories && test::available(Kind::kPostgres)) behaves_like_a_map(Kind::kPostgres);
}

/// What one history of a store acknowledged, and what it tried.
struct History {
  Content acknowledged;
  Content tried;
  int failed = 0;

  void append(Store& store, int first, int n, int64_t t) {
    model::Batch batch;
    for (int i = 0; i < n; ++i) {
      batch.add(batch.own(make_series(first + i)), {t}, odd_value(static_cast<uint64_t>(first + i + t)));
    }
    const auto add_to = [&](Content& to) {
      for (size_t i = 0; i < batch.size(); ++i) {
        to[model::Labels::decode(batch.labels()[i])->to_string()][batch.times()[i].ms] =
            std::bit_cast<uint64_t>(batch.values()[i]);
      }
    };
    add_to(tried);
    const Result<AppendResult> result = store.append(batch);
    if (!result) {
      ++failed;
      return;
    }
    EXPECT_EQ(result->added + result->duplicates, static_cast<uint64_t>(n));
    add_to(acknowledged);
  }
  void expect(bool ok) { failed += ok ? 0 : 1; }

  /// Everything acknowledged is there, to the bit, and nothing that was never sent.
  void check(const Store& store) const {
    const Content there = content(store);
    for (const auto& [name, samples] : acknowledged) {
      for (const auto& [t, bits] : samples) {
        ASSERT_TRUE(there.contains(name) && there.at(name).contains(t)) << name << " lost " << t;
        EXPECT_EQ(there.at(name).at(t), bits);
      }
    }
    for (const auto& [name, samples] : there) {
      for (const auto& [t, bits] : samples) {
        ASSERT_TRUE(tried.contains(name) && tried.at(name).contains(t)) << name << " has " << t << " from nowhere";
      }
    }
    EXPECT_EQ(store.stats().samples, test::count(there));
  }
};

/// Opens, appends in and out of order, seals, reads, opens again; goes on after each failure.
void live(const StoreDatabase& database, const EngineOptions& options, History& history) {
  for (int64_t run = 0; run < 2; ++run) {
    const auto store = database.open(options);
    history.expect(store.has_value());
    if (!store) continue;
    const int64_t t = run * 1000;
    history.append(**store, 0, 2, t + 10);
    history.append(**store, 1, 2, t + 20);
    history.append(**store, 0, 2, t + 15);  // late
    history.expect((*store)->seal().has_value());
    history.append(**store, 0, 3, t + 30);
    history.append(**store, 0, 2, t + 12);  // late, into a chunk
    history.expect((*store)->seal().has_value());
    history.expect((*store)->compact().has_value());
    history.expect((*store)->roll_up({86'400'000}).has_value());
    history.expect((*store)->apply_retention({t}).has_value());
    history.append(**store, 2, 2, t + 40);
  }
}

/// Lives with the k-th passing of a point failing, k = 1, 2 … until none fails; after each, all is there and sound.
int fail_each(Kind kind, std::string_view point, int stride = 1) {
  ManualClock clock(TimestampMs{0});
  for (int k = 1;; k += stride) {
    const StoreDatabase database(kind);
    EngineOptions options{.folder = database.folder(), .clock = clock};
    options.background = false;
    options.retention.age = milliseconds(10'000'000);
    History history;
    fault::arm(point, fault::Action::kError, k);
    live(database, options, history);
    const bool struck = fault::struck();
    fault::disarm();
    const auto store = database.open(options);
    EXPECT_TRUE(store.has_value()) << point << " " << k << ": " << store.error().to_string();
    if (!store) return k;
    history.check(**store);
    history.append(**store, 0, 3, 5000);
    EXPECT_TRUE((*store)->seal().has_value());
    history.check(**store);
    EXPECT_EQ(problems(database), "") << point << " " << k;
    if (testing::Test::HasFailure() || !struck) return k;
  }
}

TEST(SqliteStore, NothingAcknowledgedIsLostWhicheverWriteOrSyncFails) {
  db::install_fault_vfs();
  for (const std::string_view point : db::kFileFaultPoints) {
    EXPECT_GT(fail_each(Kind::kSqlite, point), 20) << point;  // else it was not passed
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST(SqliteStore, NothingAcknowledgedIsLostWhicheverOperationFails) { EXPECT_GT(fail_each(Kind::kSqlite, "*"), 100); }

TEST(PostgresStore, NothingAcknowledgedIsLostWhicheverOperationFails) {
  if (!test::available(Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  EXPECT_GT(fail_each(Kind::kPostgres, "*", 8), 100);
  ASSERT_FALSE(testing::Test::HasFailure());
  EXPECT_GT(fail_each(Kind::kPostgres, db::kFaultPgCommit, 3), 10);
  ASSERT_FALSE(testing::Test::HasFailure());
  EXPECT_GT(fail_each(Kind::kPostgres, db::kFaultPgLost), 10);
}

void pass_every_fault_point(Kind kind) {
  ManualClock clock(TimestampMs{0});
  for (const std::string_view point : kFaultPoints) {
    if (kind != Kind::kSqlite && point == kFaultCreateBeforeRename) continue;  // it makes no file
    const StoreDatabase database(kind);
    EngineOptions options{.folder = database.folder(), .clock = clock};
    options.background = false;
    options.retention.age = milliseconds(20);
    History history;
    fault::arm(point, fault::Action::kError, 1);
    {
      const auto store = database.open(options);
      if (store) {
        history.append(**store, 0, 2, 10);
        history.expect((*store)->seal().has_value());
        history.append(**store, 0, 2, 12);
        history.expect((*store)->seal().has_value());
        history.expect((*store)->compact().has_value());
        history.expect((*store)->roll_up({86'400'000}).has_value());
        const std::vector<model::Matcher> odd{{model::Matcher::Op::kEqual, "__name__", "odd"}};
        history.expect((*store)->delete_samples(odd, {0}, {11}, "test").has_value());
        history.expect((*store)->apply_retention({100}).has_value());
      }
    }
    EXPECT_TRUE(fault::struck()) << point;
    fault::disarm();
  }
}

TEST(SqliteStore, EveryFaultPointIsPassed) { pass_every_fault_point(Kind::kSqlite); }

TEST(PostgresStore, EveryFaultPointIsPassed) {
  if (!test::available(Kind::kPostgres)) GTEST_SKIP() << "no PostgreSQL server is installed";
  pass_every_fault_point(Kind::kPostgres);
}

}  // namespace
}  // namespace oreum::storage
