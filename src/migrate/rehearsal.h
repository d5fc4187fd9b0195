// Rehearsal: the whole way of a migration, there, back and there again, on a copy of the store beside it, under the
// load that was recorded. docs/decisions/0014-migration.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "migrate/load.h"
#include "migrate/state.h"
#include "migrate/stores.h"
#include "storage/store.h"

namespace oreum::migrate {

class Manager;

/// In a scratch store: the instance it is a copy of, or for. Only such a one is removed.
inline constexpr std::string_view kRecordRehearsalOf = "rehearsal_of";
/// In the store of record, while a rehearsal is at work: where to, so that a start after a kill can tidy up.
inline constexpr std::string_view kRecordRehearsal = "rehearsal";

struct RehearsalReport {
  enum class State { kRunning, kPassed, kFailed, kEnded };
  struct Step {
    std::string name;
    milliseconds took;
  };
  State state = State::kRunning;
  std::string from;  // the copy
  std::string to;
  TimestampMs started;
  uint64_t series = 0;
  uint64_t samples = 0;  // copied
  std::string now;       // the step at work; empty: none
  std::vector<Step> steps;
  milliseconds writes_waited{0};  // the most at a switch
  double read_p99_before_ms = 0;
  LoadReport load;
  uint64_t compared_samples = 0;
  std::vector<std::string> findings;  // what a person should know; empty: all is well
  std::string problem;                // why it failed

  std::string to_json() const;
};

/// How long a rehearsal takes over what could be done at once.
struct RehearsalPace {
  milliseconds recorded{60'000};  // how much of what was written is played, over and over
  milliseconds listen{2'000};     // at least so long, to what is asked meanwhile
  milliseconds alone{2'000};      // of reads before it begins
  milliseconds soak{3'000};       // under load after each switch
};

/// Thread-safe; works on a thread of its own, and on two more that play the load.
class Rehearsal {
 public:
  struct Options {
    Stores stores;
    const Clock& clock;
    Router& from;  // read only, but for a record; outlives the rehearsal
    std::string from_url;
    std::string to;
    RehearsalPace pace;
  };

  /// Looks whether it can begin, and begins. kFailedPrecondition says what is in the way.
  static Result<std::unique_ptr<Rehearsal>> start(Options options);
  ~Rehearsal() { stop(); }
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  RehearsalReport report() const EXCLUDES(mu_);
  bool running() const EXCLUDES(mu_);
  /// Ends it and tidies up. Idempotent.
  void stop() EXCLUDES(join_mu_, mu_);
  /// Removes what a rehearsal that was killed has left.
  static Status tidy_up(storage::Store& from, const std::string& from_url, const std::string& to, const Stores& stores);

 private:
  Rehearsal(Options options, std::string scratch_from, std::string scratch_to);
  void run(const std::stop_token& stop);
  Status go(const std::stop_token& stop);
  Result<std::unique_ptr<Manager>> make_copy(const std::stop_token& stop);
  Status copy_by_reading(storage::Store& copy, const std::stop_token& stop);
  Status go_there_and_back(Manager& manager, const std::stop_token& stop);
  Status check_written(Manager& manager, const Recording& recording, const LoadReport& load);
  Status do_and_wait(Manager& manager, Event event, State state, std::string_view name, const std::stop_token& stop);
  /// Until the manager is there; kCancelled when it is to end.
  Status wait_for(Manager& manager, State state, uint64_t commands, const std::stop_token& stop);
  double read_alone(Manager& manager, const std::stop_token& stop);
  void begin_step(std::string name) EXCLUDES(mu_);
  void end_step() EXCLUDES(mu_);
  void finding(std::string text) EXCLUDES(mu_);
  bool pause(milliseconds time, const std::stop_token& stop) EXCLUDES(mu_);

  const Options options_;
  const std::string scratch_from_;
  const std::string scratch_to_;
  std::vector<CanaryRead> reads_;  // the thread's

  mutable Mutex mu_;
  CondVar ended_;
  RehearsalReport report_ GUARDED_BY(mu_);
  Monotonic::time_point step_began_ GUARDED_BY(mu_);
  Mutex join_mu_;  // one stop() at a time; taken first
  std::jthread thread_ GUARDED_BY(join_mu_);
};

}  // namespace oreum::migrate
