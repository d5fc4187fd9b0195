#include "encoding/shared_times.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "encoding/pack.h"

namespace oreum::encoding {
namespace {

std::vector<int64_t> uneven(size_t n, int64_t from) {
  std::vector<int64_t> t(n);
  for (size_t i = 0; i < n; ++i) t[i] = from + static_cast<int64_t>(i) * 1000 + static_cast<int64_t>(i * i % 7);
  return t;
}

TEST(SharedTimes, KeepsAColumnAsLongAsSomebodyHasIt) {
  SharedTimes shared;
  const std::vector<int64_t> t = {1, 2, 4};
  const EncodedTimes encoded{"abc", 3, 1};
  EXPECT_EQ(shared.find(encoded), nullptr);
  auto one = shared.insert(encoded, t);
  EXPECT_EQ(shared.find(encoded), one);
  EXPECT_EQ(shared.insert(encoded, t), one);
  EXPECT_EQ(std::vector<int64_t>(one.get(), one.get() + 3), t);
  EXPECT_EQ(shared.bytes(), 3 + 3 * sizeof(int64_t));
  one.reset();
  EXPECT_EQ(shared.find(encoded), nullptr);
  EXPECT_EQ(shared.bytes(), 0U);
}

TEST(SharedTimes, TellsColumnsApart) {
  SharedTimes shared;
  const std::vector<int64_t> t = {1, 2, 4};
  const auto one = shared.insert({"abc", 3, 1}, t);
  EXPECT_EQ(shared.find({"abc", 3, 2}), nullptr);
  EXPECT_EQ(shared.find({"abc", 2, 1}), nullptr);
  EXPECT_EQ(shared.find({"abd", 3, 1}), nullptr);
}

TEST(SharedTimes, ForgetsWhatIsGone) {
  SharedTimes shared;
  std::vector<SharedTimes::Column> some;
  for (int64_t i = 0; i < 1000; ++i) {
    auto column = shared.insert({"abc", 1, i}, std::vector<int64_t>{i});
    if (i % 10 == 0) some.push_back(std::move(column));
  }
  for (const auto& column : some) EXPECT_EQ(shared.find({"abc", 1, column[0]}), column);
  EXPECT_EQ(shared.bytes(), some.size() * (3 + sizeof(int64_t)));
}

TEST(SharedTimes, PacksOfOneSourceKeepTheirTimesOnce) {
  const auto shared = std::make_shared<SharedTimes>();
  const std::vector<int64_t> t = uneven(3000, 1'700'000'000'000);
  std::vector<double> v(t.size());
  std::vector<Pack> packs;
  for (int i = 0; i < 4; ++i) {
    std::iota(v.begin(), v.end(), i);
    PackBuilder builder;
    builder.add(0, builder.add_times(t), v);
    auto pack = Pack::open(builder.finish(), shared);
    ASSERT_TRUE(pack);
    packs.push_back(std::move(*pack));
  }
  const int64_t* kept = nullptr;
  std::vector<int64_t> scratch(t.size());
  for (const Pack& pack : packs) {
    for (int ask = 0; ask < 2; ++ask) {
      const auto times = pack.times(pack.chunks()[0], scratch.data());
      ASSERT_TRUE(times);
      EXPECT_EQ(std::vector<int64_t>(times->begin(), times->end()), t);
      if (&pack == packs.data() && ask == 0) {
        EXPECT_EQ(times->data(), scratch.data()) << "who reads once keeps nothing";
      } else {
        if (kept == nullptr) kept = times->data();
        EXPECT_EQ(times->data(), kept);
      }
    }
  }
  EXPECT_LT(shared->bytes(), 2 * t.size() * sizeof(int64_t));
  packs.clear();
  EXPECT_EQ(shared->bytes(), 0U);
}

}  // namespace
}  // namespace oreum::encoding
