#include "base/bounded_queue.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace oreum {
namespace {

TEST(BoundedQueue, AFullQueueRefusesAndLeavesTheItem) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  EXPECT_TRUE(queue.try_push(first));
  EXPECT_FALSE(queue.try_push(second));
  ASSERT_TRUE(second);
  EXPECT_EQ(**queue.pop(), 1);
}

TEST(BoundedQueue, ClosingDrainsAndWakesEveryone) {
  BoundedQueue<int> queue(8);
  int one = 1;
  queue.try_push(one);
  queue.close();
  EXPECT_FALSE(queue.try_push(one));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, EveryItemIsTakenOnce) {
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(16);
  std::atomic<int> taken{0};
  std::atomic<int> sum{0};
  {
    std::vector<std::jthread> consumers;
    for (int i = 0; i < 3; ++i) {
      consumers.emplace_back([&] {
        while (const auto item = queue.pop()) {
          ++taken;
          sum += *item;
        }
      });
    }
    for (int i = 1; i <= kItems;) {
      int item = i;
      if (queue.try_push(item)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
    queue.close();
  }
  EXPECT_EQ(taken, kItems);
  EXPECT_EQ(sum, kItems * (kItems + 1) / 2);
}

}  // namespace
}  // namespace oreum
