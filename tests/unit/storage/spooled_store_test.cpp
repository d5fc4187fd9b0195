#include "storage/spool/spooled_store.h"

#include <atomic>
#include <random>

#include <gtest/gtest.h>

#include "base/fault.h"
#include "storage/fault_points.h"
#include "storage/sqlite/sqlite_store.h"
#include "support/odd_values.h"
#include "support/store_model.h"
#include "support/temp_dir.h"

namespace oreum::storage {
namespace {

using test::content;
using test::count;
using test::Model;

/// A database that can be away: before it is asked, or after it has kept what it does not answer.
struct Away {
  std::atomic<bool> before{false};
  std::atomic<bool> after{false};
};

/// A store behind that.
class Remote final : public Store {
 public:
  Remote(std::unique_ptr<Store> inner, const Away& away) : inner_(std::move(inner)), away_(away) {}
  Result<AppendResult> append(const model::Batch& batch, Durability durability) override {
    if (away_.before) return Error(Code::kUnavailable, "the database is away");
    auto result = inner_->append(batch, durability);
    if (away_.after) return Error(Code::kUnavailable, "the connection broke");
    return result;
  }
  Status seal() override { return inner_->seal(); }
  Status compact() override { return inner_->compact(); }
  Status apply_retention(TimestampMs now) override { return inner_->apply_retention(now); }
  Result<DeleteResult> delete_samples(std::span<const model::Matcher> matchers, TimestampMs from, TimestampMs to,
                                      const std::string& reason) override {
    return inner_->delete_samples(matchers, from, to, reason);
  }
  StoreStats stats() const override { return inner_->stats(); }
  Cardinality cardinality(size_t limit) const override { return inner_->cardinality(limit); }
  Status healthy() const override { return inner_->healthy(); }
  const std::string& instance_id() const override { return inner_->instance_id(); }
  std::string describe() const override { return inner_->describe(); }
  Result<std::unique_ptr<Querier>> querier(TimestampMs from, TimestampMs to) const override {
    return inner_->querier(from, to);
  }

 private:
  const std::unique_ptr<Store> inner_;
  const Away& away_;
};

class SpooledStoreTest : public ::testing::Test {
 protected:
  SpooledStoreTest() { start(); }
  ~SpooledStoreTest() override { fault::disarm(); }

  EngineOptions engine(const std::string& folder) const {
    return {.folder = dir_ / folder,
            .clock = clock_,
            .retention = {.age = milliseconds(0), .bytes = 0},
            .chunk_samples = 20,
            .background = false};
  }
  /// As after a kill: what is in memory only is gone.
  void start() {
    store_.reset();
    auto inner = SqliteStore::open(engine("db"));
    ASSERT_TRUE(inner) << inner.error().to_string();
    auto opened = SpooledStore::open(std::make_unique<Remote>(std::move(*inner), away_),
                                     {engine(""), dir_.path() / "spool", limit_});
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
  }
  static model::Batch batch(uint64_t n) {
    model::Batch out;
    for (int s = 0; s < 5; ++s) {
      const model::Series& one = out.own(model::Series(
          model::Labels::of({{model::kMetricName, s % 2 == 0 ? "오름_total" : "up"}, {"n", std::to_string(s)}})));
      const auto t = static_cast<int64_t>(n) * 1000 - (n % 7 == 0 ? 5'000'000 : 0);
      out.add(one, {1'700'000'000'000 + t}, oreum::test::odd_value(n * 3 + static_cast<uint64_t>(s)));
    }
    return out;
  }
  void push(uint64_t n) {
    const auto result = store_->append(batch(n));
    ASSERT_TRUE(result) << result.error().to_string();
    model_.append(batch(n));
  }
  void wait_until_settled() {
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    while (!store_->settle()) {
      ASSERT_LT(Monotonic::now(), give_up) << store_->spool()->problem;
      std::this_thread::yield();
    }
  }
  bool spool_is_gone() const {
    const auto folder = dir_.path() / "spool";
    const auto give_up = Monotonic::now() + std::chrono::seconds(60);
    while (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder)) {
      if (Monotonic::now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

  oreum::test::TempDir dir_;
  SystemClock clock_;
  Away away_;
  uint64_t limit_ = 100'000'000;
  Model model_;
  std::unique_ptr<Store> store_;
};

TEST_F(SpooledStoreTest, WhatWaitsGoesElsewhereWhenItIsRedirected) {
  push(0);
  away_.before = true;
  for (uint64_t n = 1; n < 40; ++n) push(n);
  auto opened = SqliteStore::open(engine("elsewhere"));
  ASSERT_TRUE(opened) << opened.error().to_string();
  const std::shared_ptr<Store> elsewhere = std::move(*opened);
  store_->redirect_spool(elsewhere);
  wait_until_settled();
  EXPECT_TRUE(spool_is_gone());
  Model moved;
  for (uint64_t n = 1; n < 40; ++n) moved.append(batch(n));
  EXPECT_TRUE(content(*elsewhere) == moved.samples);
  away_.before = false;
  store_->redirect_spool(nullptr);
  push(100);
  EXPECT_EQ(store_->stats().samples, 10U);
}

TEST_F(SpooledStoreTest, WhatWaitedForAStoreThatWasLeftIsAdopted) {
  away_.before = true;
  for (uint64_t n = 0; n < 40; ++n) push(n);
  store_.reset();
  auto inner = SqliteStore::open(engine("db2"));
  ASSERT_TRUE(inner) << inner.error().to_string();
  auto opened = SpooledStore::open(std::make_unique<Remote>(std::move(*inner), away_),
                                   {engine(""), dir_.path() / "spool2", limit_});
  ASSERT_TRUE(opened) << opened.error().to_string();
  store_ = std::move(*opened);
  push(40);
  const Status adopted = store_->adopt_spool("spool");
  ASSERT_TRUE(adopted) << adopted.error().to_string();
  EXPECT_TRUE(content(*store_) == model_.samples) << "it is read with the rest";
  push(41);
  away_.before = false;
  wait_until_settled();
  EXPECT_TRUE(spool_is_gone());
  EXPECT_TRUE(content(*store_) == model_.samples);
  EXPECT_EQ(store_->stats().samples, count(model_.samples));
  EXPECT_TRUE(store_->adopt_spool("nothing"));
}

TEST_F(SpooledStoreTest, TakesWhatComesWhileTheDatabaseIsAwayAndGivesItBack) {
  for (uint64_t n = 0; n < 50; ++n) push(n);
  EXPECT_FALSE(store_->spool()->active);
  away_.before = true;
  for (uint64_t n = 50; n < 150; ++n) push(n);
  EXPECT_TRUE(store_->spool()->active);
  EXPECT_EQ(store_->spool()->samples, 500U);
  EXPECT_TRUE(store_->healthy()) << "what is sent is taken";
  EXPECT_EQ(store_->settle().error().code(), Code::kUnavailable);
  EXPECT_EQ(store_->delete_samples({}, TimestampMs::min(), TimestampMs::max(), "x").error().code(), Code::kUnavailable);
  EXPECT_TRUE(content(*store_) == model_.samples) << "both are read as one";
  away_.before = false;
  wait_until_settled();
  EXPECT_FALSE(store_->spool()->active);
  EXPECT_EQ(store_->spool()->drained, 500U);
  EXPECT_TRUE(spool_is_gone());
  push(150);
  EXPECT_TRUE(content(*store_) == model_.samples);
  EXPECT_EQ(store_->stats().samples, count(model_.samples));
}

TEST_F(SpooledStoreTest, WhatWasKeptWithoutAnAnswerIsThereOnce) {
  away_.after = true;
  for (uint64_t n = 0; n < 20; ++n) push(n);
  EXPECT_TRUE(content(*store_) == model_.samples);
  away_.after = false;
  wait_until_settled();
  EXPECT_TRUE(content(*store_) == model_.samples);
  EXPECT_EQ(store_->spool()->refused, 0U);
}

TEST_F(SpooledStoreTest, GoesOnAfterAKill) {
  away_.before = true;
  for (uint64_t n = 0; n < 30; ++n) push(n);
  start();
  EXPECT_TRUE(store_->spool()->active);
  EXPECT_TRUE(content(*store_) == model_.samples);
  for (uint64_t n = 30; n < 60; ++n) push(n);
  away_.before = false;
  wait_until_settled();
  start();
  EXPECT_TRUE(content(*store_) == model_.samples);
  EXPECT_TRUE(spool_is_gone());
}

TEST_F(SpooledStoreTest, WhatTheDatabaseRefusesIsCounted) {
  push(0);
  away_.before = true;
  model::Batch other;
  const model::Series& one =
      other.own(model::Series(model::Labels::of({{model::kMetricName, "오름_total"}, {"n", "0"}})));
  other.add(one, batch(0).times()[0], 12345.678);
  ASSERT_TRUE(store_->append(other));
  EXPECT_TRUE(content(*store_) == model_.samples) << "what is stored counts";
  away_.before = false;
  wait_until_settled();
  EXPECT_EQ(store_->spool()->refused, 1U);
  EXPECT_TRUE(content(*store_) == model_.samples);
}

TEST_F(SpooledStoreTest, TheLimitIsToldAndTheProgramGoesOn) {
  limit_ = 200'000;
  start();
  away_.before = true;
  uint64_t n = 0;
  std::string said;
  for (; n < 100'000 && said.empty(); ++n) {
    const auto result = store_->append(batch(n));
    if (result) {
      model_.append(batch(n));
    } else {
      EXPECT_EQ(result.error().code(), Code::kUnavailable);
      said = result.error().to_string();
    }
  }
  EXPECT_NE(said.find("spool_size"), std::string::npos) << said;
  EXPECT_FALSE(store_->healthy());
  EXPECT_TRUE(content(*store_) == model_.samples);
  away_.before = false;
  wait_until_settled();
  EXPECT_TRUE(store_->healthy());
  push(n);
  EXPECT_TRUE(content(*store_) == model_.samples);
}

TEST_F(SpooledStoreTest, WithoutRoomNothingIsSpooled) {
  limit_ = 0;
  start();
  away_.before = true;
  EXPECT_EQ(store_->append(batch(0)).error().code(), Code::kUnavailable);
  EXPECT_FALSE(store_->spool()->active);
}

TEST_F(SpooledStoreTest, BucketsAreThoseOfOneStore) {
  model::Batch whole;
  const model::Series series(model::Labels::of({{model::kMetricName, "a_total"}}));
  for (int i = 0; i < 600; ++i) whole.add(series, {1'700'000'000'000 + i * 1000}, i % 97);
  const auto part = [&](size_t from, size_t to) {
    model::Batch some;
    for (size_t i = from; i < to; ++i) some.add(series, whole.times()[i], whole.values()[i]);
    return some;
  };
  const auto buckets = [](const Store& store) {
    const auto querier = store.querier(TimestampMs::min(), TimestampMs::max());
    const auto set = (*querier)->select({});
    EXPECT_TRUE((*set)->next());
    std::vector<Bucket> out;
    EXPECT_TRUE((*set)->read_buckets(Resolution::kMinute, RollupUse::kWherePossible, out));
    std::vector<std::tuple<int64_t, uint64_t, double, double, double, double>> seen;
    for (const Bucket& b : out) seen.emplace_back(b.last_t, b.count, b.sum, b.first, b.last, b.increase);
    return seen;
  };
  const auto alone = SqliteStore::open(engine("alone"));
  ASSERT_TRUE((*alone)->append(whole));
  ASSERT_TRUE(store_->append(part(0, 290)));
  away_.before = true;
  ASSERT_TRUE(store_->append(part(350, 600)));
  ASSERT_TRUE(store_->append(part(290, 350))) << "out of order";
  EXPECT_EQ(buckets(*store_), buckets(**alone));
}

TEST_F(SpooledStoreTest, NamesAndValuesAreThoseOfBoth) {
  push(1);
  away_.before = true;
  model::Batch more;
  const model::Series& one = more.own(model::Series(model::Labels::of({{model::kMetricName, "other"}, {"m", "x"}})));
  more.add(one, {1'700'000'000'000}, 1);
  ASSERT_TRUE(store_->append(more));
  const auto querier = store_->querier(TimestampMs::min(), TimestampMs::max());
  EXPECT_EQ(*(*querier)->label_names({}), (std::vector<std::string>{"__name__", "m", "n"}));
  EXPECT_EQ(*(*querier)->label_values("__name__", {}), (std::vector<std::string>{"other", "up", "오름_total"}));
}

/// Appends, reads, kills and outages in any order, and a fault at every point of the spool's.
TEST_F(SpooledStoreTest, NothingIsLostWhateverHappens) {
  // --gtest_random_seed=N repeats it.
  const int given = ::testing::UnitTest::GetInstance()->random_seed();
  const unsigned seed = given != 0 ? static_cast<unsigned>(given) : 1 + std::random_device{}() % 99'999;
  SCOPED_TRACE(::testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 random(seed);
  const auto one_of = [&](unsigned n) { return random() % n; };
  uint64_t n = 0;
  for (int i = 0; i < 400; ++i) {
    switch (one_of(12)) {
      case 0: away_.before = !away_.before; break;
      case 1: away_.after = !away_.after; break;
      case 2: start(); break;
      case 3:
        fault::arm(kSpoolFaultPoints.at(one_of(3)), fault::Action::kError, 1 + static_cast<int>(one_of(3)));
        break;
      case 4: fault::disarm(); break;
      case 5: EXPECT_TRUE(content(*store_) == model_.samples) << "step " << i; break;
      default: {
        // An append that fails is sent again, as clients do.
        const uint64_t number = one_of(6) == 0 && n > 0 ? one_of(static_cast<unsigned>(n)) : n++;
        while (!store_->append(batch(number))) {
        }
        model_.append(batch(number));
      }
    }
  }
  fault::disarm();
  away_.before = away_.after = false;
  wait_until_settled();
  EXPECT_TRUE(content(*store_) == model_.samples);
  EXPECT_EQ(store_->stats().samples, count(model_.samples));
  EXPECT_EQ(store_->spool()->refused, 0U);
  EXPECT_TRUE(spool_is_gone());
}

}  // namespace
}  // namespace oreum::storage
