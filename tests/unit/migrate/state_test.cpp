#include "migrate/state.h"

#include <set>

#include <gtest/gtest.h>

namespace oreum::migrate {
namespace {

TEST(State, GoesTheWholeWay) {
  State state = State::kPlanned;
  for (const State expected :
       {State::kPreflight, State::kCapture, State::kCopy, State::kCatchUp, State::kVerify, State::kReady}) {
    state = next(state, Event::kGoOn).value();
    EXPECT_EQ(state, expected);
  }
  EXPECT_FALSE(next(state, Event::kGoOn)) << "a person decides about the switch";
  state = next(state, Event::kSwitch).value();
  state = next(state, Event::kSwitched).value();
  EXPECT_EQ(state, State::kSoak);
  for (int i = 0; i < 3; ++i) {
    state = next(next(state, Event::kReverse).value(), Event::kSwitched).value();
    EXPECT_EQ(state, State::kSoak) << "reverse as often as wanted";
  }
  EXPECT_EQ(next(state, Event::kComplete), State::kCompleted);
}

TEST(State, CancelIsPossibleExactlyBeforeTheSwitch) {
  const std::set<State> allowed{State::kPlanned, State::kPreflight, State::kCapture, State::kCopy,
                                State::kCatchUp, State::kVerify,    State::kReady};
  for (const State state : all_states()) {
    EXPECT_EQ(next(state, Event::kCancel).has_value(), allowed.contains(state)) << name(state);
  }
}

TEST(State, NothingComesAfterTheEnd) {
  for (const State state : {State::kCompleted, State::kCancelled}) {
    EXPECT_FALSE(under_way(state));
    for (const Event event : all_events()) EXPECT_FALSE(next(state, event)) << name(event);
  }
}

TEST(State, NoStateIsADeadEnd) {
  for (const State state : all_states()) {
    if (!under_way(state)) continue;
    bool out = false;
    for (const Event event : all_events()) out = out || next(state, event).has_value();
    EXPECT_TRUE(out) << name(state);
  }
}

TEST(State, ASwitchThatWasCutOffGoesBackToWhereItCameFrom) {
  EXPECT_EQ(next(State::kSwitching, Event::kAborted), State::kReady);
  EXPECT_EQ(next(State::kSwitching, Event::kKept), State::kSoak);
  EXPECT_FALSE(next(State::kSwitching, Event::kCancel));
}

TEST(State, NamesReadBack) {
  std::set<std::string_view> seen;
  for (const State state : all_states()) {
    EXPECT_EQ(parse_state(name(state)), state);
    EXPECT_TRUE(seen.insert(name(state)).second);
  }
  EXPECT_FALSE(parse_state(""));
  EXPECT_FALSE(parse_state("READYY"));
}

}  // namespace
}  // namespace oreum::migrate
