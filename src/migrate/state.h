// The states of a migration and what may happen in each: a pure table. docs/decisions/0014-migration.md.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace oreum::migrate {

enum class State {
  kPlanned,    // asked for
  kPreflight,  // checking both stores; nothing is changed
  kCapture,    // the journal of the store of record is held
  kCopy,       // units travel
  kCatchUp,    // the journal is played
  kVerify,     // both stores are compared
  kReady,      // the other store follows; a switch may come
  kSwitching,  // writes wait for a moment
  kSoak,       // switched; the store left behind follows
  kCompleted,  // by a person; the store left behind is let go
  kCancelled,  // by a person, or because preflight found a reason
};

enum class Event {
  kGoOn,      // the work of the state is done
  kCancel,    // a person, or preflight, ends it before the switch
  kVerify,    // a person wants it compared again
  kSwitch,    // a person asks for it
  kSwitched,  // the routing record is written
  kAborted,   // the switch did not take place, from READY
  kKept,      // the switch back did not take place, from SOAK
  kReverse,   // a person asks for it
  kComplete,  // a person asks for it
};

/// Where an event leads; none when it is not allowed there.
std::optional<State> next(State state, Event event);

/// Whether something is under way: the state is neither COMPLETED nor CANCELLED.
constexpr bool under_way(State s) { return s != State::kCompleted && s != State::kCancelled; }
/// Whether the other store follows by itself once the state's own work is done.
constexpr bool follows(State s) { return s == State::kReady || s == State::kSoak; }

/// "CATCH_UP".
std::string_view name(State state);
std::string_view name(Event event);
std::optional<State> parse_state(std::string_view text);
std::span<const State> all_states();
std::span<const Event> all_events();

}  // namespace oreum::migrate
