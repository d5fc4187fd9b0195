#include "migrate/state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace oreum::migrate {

namespace {

struct Row {
  State from;
  Event event;
  State to;
};

constexpr std::array kTable{
    Row{State::kPlanned, Event::kGoOn, State::kPreflight},   Row{State::kPreflight, Event::kGoOn, State::kCapture},
    Row{State::kCapture, Event::kGoOn, State::kCopy},        Row{State::kCopy, Event::kGoOn, State::kCatchUp},
    Row{State::kCatchUp, Event::kGoOn, State::kVerify},      Row{State::kVerify, Event::kGoOn, State::kReady},
    Row{State::kReady, Event::kVerify, State::kVerify},      Row{State::kReady, Event::kSwitch, State::kSwitching},
    Row{State::kSwitching, Event::kSwitched, State::kSoak},  Row{State::kSwitching, Event::kAborted, State::kReady},
    Row{State::kSwitching, Event::kKept, State::kSoak},      Row{State::kSoak, Event::kReverse, State::kSwitching},
    Row{State::kSoak, Event::kVerify, State::kSoak},         Row{State::kSoak, Event::kComplete, State::kCompleted},
    Row{State::kPlanned, Event::kCancel, State::kCancelled}, Row{State::kPreflight, Event::kCancel, State::kCancelled},
    Row{State::kCapture, Event::kCancel, State::kCancelled}, Row{State::kCopy, Event::kCancel, State::kCancelled},
    Row{State::kCatchUp, Event::kCancel, State::kCancelled}, Row{State::kVerify, Event::kCancel, State::kCancelled},
    Row{State::kReady, Event::kCancel, State::kCancelled},
};

constexpr std::array kStates{State::kPlanned, State::kPreflight, State::kCapture,  State::kCopy,
                             State::kCatchUp, State::kVerify,    State::kReady,    State::kSwitching,
                             State::kSoak,    State::kCompleted, State::kCancelled};
constexpr std::array kEvents{Event::kGoOn,    Event::kCancel, Event::kVerify,  Event::kSwitch,  Event::kSwitched,
                             Event::kAborted, Event::kKept,   Event::kReverse, Event::kComplete};

}  // namespace

std::optional<State> next(State state, Event event) {
  const auto* row =
      std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) { return r.from == state && r.event == event; });
  if (row == kTable.end()) return std::nullopt;
  return row->to;
}

std::string_view name(State state) {
  switch (state) {
    case State::kPlanned: return "PLANNED";
    case State::kPreflight: return "PREFLIGHT";
    case State::kCapture: return "CAPTURE";
    case State::kCopy: return "COPY";
    case State::kCatchUp: return "CATCH_UP";
    case State::kVerify: return "VERIFY";
    case State::kReady: return "READY";
    case State::kSwitching: return "SWITCHING";
    case State::kSoak: return "SOAK";
    case State::kCompleted: return "COMPLETED";
    case State::kCancelled: return "CANCELLED";
  }
  return "?";
}

std::string_view name(Event event) {
  switch (event) {
    case Event::kGoOn: return "go on";
    case Event::kCancel: return "cancel";
    case Event::kVerify: return "verify";
    case Event::kSwitch: return "switch";
    case Event::kSwitched: return "switched";
    case Event::kAborted: return "aborted";
    case Event::kKept: return "kept";
    case Event::kReverse: return "reverse";
    case Event::kComplete: return "complete";
  }
  return "?";
}

std::optional<State> parse_state(std::string_view text) {
  const auto* found = std::find_if(kStates.begin(), kStates.end(), [&](State s) { return name(s) == text; });
  if (found == kStates.end()) return std::nullopt;
  return *found;
}

std::span<const State> all_states() { return kStates; }
std::span<const Event> all_events() { return kEvents; }

}  // namespace oreum::migrate
