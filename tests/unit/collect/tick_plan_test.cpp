#include "collect/tick_plan.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oreum::collect {
namespace {

constexpr milliseconds kSecond(1000);

TEST(TickPlan, TicksFallOnMultiplesOfTheInterval) {
  TickPlan plan(kSecond);
  EXPECT_EQ(plan.wait({10'300}), milliseconds(700));
  EXPECT_EQ(plan.wait({10'999}), milliseconds(1));
  EXPECT_EQ(plan.wait({11'002}), milliseconds(0));
  EXPECT_EQ(plan.take({11'002}).t, TimestampMs{11'000});
  EXPECT_EQ(plan.wait({11'002}), milliseconds(998));
  EXPECT_EQ(plan.wait({12'000}), milliseconds(0));
  EXPECT_EQ(plan.take({12'000}).t, TimestampMs{12'000});
}

TEST(TickPlan, MissedTicksAreSkippedAndCounted) {
  TickPlan plan(kSecond);
  EXPECT_EQ(plan.take({10'000}).missed, 0U);
  EXPECT_EQ(plan.wait({14'500}), milliseconds(0));
  const TickPlan::Tick late = plan.take({14'500});
  EXPECT_EQ(late.t, TimestampMs{14'000});
  EXPECT_EQ(late.missed, 3U);
  EXPECT_FALSE(late.clock_set_back);
}

TEST(TickPlan, AClockSetBackIsFollowedAtOnceAndItsStampsAreNew) {
  TickPlan plan(kSecond);
  plan.take({3'600'000});
  EXPECT_EQ(plan.wait({10'000}), milliseconds(0)) << "waiting for the old time would take an hour";
  const TickPlan::Tick first = plan.take({10'400});
  EXPECT_TRUE(first.clock_set_back);
  EXPECT_EQ(first.t, TimestampMs{10'001});
  const TickPlan::Tick second = plan.take({11'000});
  EXPECT_FALSE(second.clock_set_back);
  EXPECT_EQ(second.missed, 0U);
  EXPECT_EQ(second.t, TimestampMs{11'001});
}

TEST(TickPlan, ASmallStepBackOntoTheLastTickIsAStepBack) {
  TickPlan plan(kSecond);
  plan.take({10'000});
  EXPECT_EQ(plan.wait({9'800}), milliseconds(0));
  EXPECT_EQ(plan.take({9'800}).t, TimestampMs{9'001});
  EXPECT_EQ(plan.take({10'000}).t, TimestampMs{10'001});
}

TEST(TickPlan, AClockSetBackBetweenTwoRunsIsNoticed) {
  TickPlan plan(kSecond, TimestampMs{50'002});
  const TickPlan::Tick tick = plan.take({20'000});
  EXPECT_TRUE(tick.clock_set_back);
  EXPECT_EQ(tick.t, TimestampMs{20'003});
  TickPlan forward(milliseconds(5000), TimestampMs{52'002});
  EXPECT_EQ(forward.take({60'000}).t, TimestampMs{60'000}) << "nothing to avoid";
}

TEST(TickPlan, TimesBefore1970AndTheShortestIntervalWork) {
  TickPlan plan(kSecond);
  EXPECT_EQ(plan.take({-300}).t, TimestampMs{-1000});
  EXPECT_EQ(plan.take({0}).t, TimestampMs{0});
  TickPlan shortest(milliseconds(0));
  EXPECT_EQ(shortest.interval(), milliseconds(1));
  shortest.take({5});
  EXPECT_EQ(shortest.take({5}).t, TimestampMs{5}) << "no room for a phase";
}

RC_GTEST_PROP(TickPlan, WhereverTheClockJumpsNoStampIsGivenTwiceAndNoWaitIsLong, ()) {
  TickPlan plan(kSecond);
  TimestampMs now{1'700'000'000'000};
  std::set<TimestampMs> stamps;
  for (int i = 0; i < 200; ++i) {
    const auto jump = *rc::gen::weightedOneOf<int64_t>(
        {{8, rc::gen::inRange<int64_t>(0, 1500)}, {1, rc::gen::inRange<int64_t>(-100'000, 100'000)}});
    now = now + milliseconds(jump);
    const milliseconds wait = plan.wait(now);
    RC_ASSERT(wait >= milliseconds(0) && wait <= plan.interval());
    now = now + wait;
    const TickPlan::Tick tick = plan.take(now);
    RC_ASSERT(stamps.insert(tick.t).second);
    RC_ASSERT(tick.t - now <= plan.phase() && now - tick.t < plan.interval());
  }
}

}  // namespace
}  // namespace oreum::collect
