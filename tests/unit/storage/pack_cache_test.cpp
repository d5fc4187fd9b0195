#include "storage/pack_cache.h"

#include <gtest/gtest.h>

#include <vector>

namespace oreum::storage {
namespace {

std::shared_ptr<const encoding::Pack> some_pack(const PackCache& cache, size_t samples = 1000) {
  encoding::PackBuilder builder;
  std::vector<int64_t> t(samples);
  std::vector<double> v(samples);
  for (size_t i = 0; i < samples; ++i) {
    t[i] = static_cast<int64_t>(i * 1000 + i * i % 13);
    v[i] = 1.0 / static_cast<double>(i + 1);
  }
  builder.add(0, builder.add_times(t), v);
  return std::make_shared<const encoding::Pack>(encoding::Pack::open(builder.finish(), cache.times()).value());
}

TEST(PackCache, KeepsWhatFits) {
  PackCache cache(10'000'000);
  const auto pack = some_pack(cache);
  cache.insert(1, pack);
  cache.insert(2, some_pack(cache));
  EXPECT_EQ(cache.find(1), pack);
  EXPECT_NE(cache.find(2), pack);
  EXPECT_EQ(cache.find(3), nullptr);
  cache.erase(1);
  cache.erase(3);
  EXPECT_EQ(cache.find(1), nullptr);
  EXPECT_NE(cache.find(2), nullptr);
}

TEST(PackCache, HoldsNoMoreThanItsBytes) {
  PackCache cache(0);
  const size_t one = some_pack(cache)->memory();
  PackCache small(one * 10);
  for (int64_t id = 0; id < 100; ++id) small.insert(id, some_pack(small));
  int64_t held = 0;
  for (int64_t id = 0; id < 100; ++id) held += small.find(id) != nullptr ? 1 : 0;
  EXPECT_EQ(held, 10);
  EXPECT_NE(small.find(99), nullptr);
}

TEST(PackCache, CountsTheTimesThatPacksKeep) {
  PackCache cache(0);
  const auto pack = some_pack(cache);
  const size_t times = 1000 * sizeof(int64_t);
  PackCache small(pack->memory() * 10 + times);
  for (int64_t id = 0; id < 10; ++id) {
    const auto one = some_pack(small);
    std::vector<int64_t> scratch(1000);
    for (int ask = 0; ask < 2; ++ask) ASSERT_TRUE(one->times(one->chunks()[0], scratch.data()));
    small.insert(id, one);
  }
  EXPECT_GT(small.times()->bytes(), times);
  int64_t held = 0;
  for (int64_t id = 0; id < 10; ++id) held += small.find(id) != nullptr ? 1 : 0;
  EXPECT_LT(held, 10);
  EXPECT_GE(held, 8);
}

TEST(PackCache, ServesScansOverMoreThanFits) {
  PackCache cache(0);
  PackCache small(some_pack(cache)->memory() * 90);
  int found = 0;
  for (int round = 0; round < 20; ++round) {
    for (int64_t id = 0; id < 100; ++id) {
      if (small.find(id) != nullptr) {
        ++found;
      } else {
        small.insert(id, some_pack(small));
      }
    }
  }
  EXPECT_GT(found, 1000) << "of 1900";
}

}  // namespace
}  // namespace oreum::storage
