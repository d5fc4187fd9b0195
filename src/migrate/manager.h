// Manager: leads a migration through its states, on a thread of its own, and takes it up again after a kill.
// docs/decisions/0014-migration.md.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "migrate/follower.h"
#include "migrate/plan.h"
#include "migrate/rehearsal.h"
#include "migrate/router.h"
#include "migrate/status.h"
#include "migrate/stores.h"
#include "migrate/verifier.h"

namespace oreum::migrate {

/// Thread-safe. What goes wrong in a migration is told by status() and tried again; serving never waits for it.
class Manager {
 public:
  struct Options {
    std::string url;  // of the configured store, as a restart would open it
    const Clock& clock;
    Stores stores;
    RehearsalPace rehearsal_pace{};
  };

  /// Takes the configured store over. kFailedPrecondition: it is not the store of record; says which is, and how to go
  /// on or back; of a store that is away now, that is told by status() once it is back. An unfinished migration goes on
  /// by itself.
  static Result<std::unique_ptr<Manager>> start(Options options, std::unique_ptr<storage::Store> store);
  ~Manager() { stop(); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// What everybody else works with; lives as long as the manager.
  Router& store() { return *router_; }

  /// Looks at both stores; changes nothing.
  Result<Plan> plan(const std::string& to) { return make_plan(planning(to, true)); }
  /// Begins a migration, after the checks of plan(). Again with the same target: nothing, it goes on.
  Status begin(const std::string& to) EXCLUDES(mu_, begin_mu_);
  /// Begins to go the whole way on a copy (migrate/rehearsal.h); `rehearsal` of the status tells of it. `cancel` ends
  /// it.
  Status rehearse(const std::string& to) EXCLUDES(mu_, begin_mu_);
  /// Asks for kCancel, kVerify, kSwitch, kReverse or kComplete and does not wait for it: `commands` of the status
  /// counts when it is done. kFailedPrecondition: not in this state.
  Status ask(Event event) EXCLUDES(mu_);
  Status set_canary(unsigned percent) EXCLUDES(mu_);
  void set_paused(bool paused) EXCLUDES(mu_);
  /// Bytes a second of copying; 0: as fast as it goes.
  void set_limit(uint64_t bytes_per_second) EXCLUDES(mu_);
  MigrationStatus status() const EXCLUDES(mu_, look_mu_);
  /// The same without a look at the two stores, which may mean asking a server.
  MigrationStatus progress() const EXCLUDES(mu_);
  /// Ends the thread where it can go on later. Idempotent.
  void stop();

 private:
  static constexpr milliseconds kLookPause{1000};        // at what the process that leads does
  static constexpr milliseconds kLookPauseInSwitch{20};  // … while a switch may be under way,
  static constexpr milliseconds kMomentOfSwitch{2000};   // which takes no longer
  static constexpr std::string_view kRehearsalRunning =
      "a rehearsal is under way: wait for it, or end it (oreum migrate cancel)";

  Manager(Options options, std::unique_ptr<storage::Store> store);

  // manager.cpp
  std::string own_url() const EXCLUDES(mu_);
  PlanFor planning(const std::string& to, bool with_trial) const {
    return {*router_, own_url(), to, options_.stores, options_.clock, with_trial};
  }
  Result<std::shared_ptr<storage::Store>> open_target(const std::string& to);
  void run(const std::stop_token& stop);

  /// One piece of work of the present state.
  Status work(const std::stop_token& stop) EXCLUDES(mu_);
  Status command(Event event, const std::stop_token& stop) EXCLUDES(mu_);
  Status connect() EXCLUDES(mu_);
  std::optional<Event> take_command() EXCLUDES(mu_);
  bool interrupted(const std::stop_token& stop) const EXCLUDES(mu_);
  /// Until somebody wants something of the thread, at most so long.
  void wait(milliseconds time, const std::stop_token& stop) EXCLUDES(mu_);
  void wake() REQUIRES(mu_) {
    woken_ = true;
    wake_.notify_all();
  }
  Migration migration() const EXCLUDES(mu_);
  /// Writes the migration with another state down, in the store of record.
  Status enter(Event event) EXCLUDES(mu_);
  Status save(const Migration& next) EXCLUDES(mu_);
  void show() EXCLUDES(mu_);

  // rehearsing.cpp
  std::shared_ptr<Rehearsal> rehearsal() const EXCLUDES(mu_);
  Status tidy_up() EXCLUDES(mu_, begin_mu_);

  // leading.cpp
  /// Looks whether the store is of record, and what migration it is in, where it was away at the start. Whether it did.
  bool role_known(const std::stop_token& stop) EXCLUDES(mu_);
  /// Of several processes that have the store open, the one that leads it migrates it. Whether it is this one; else
  /// what the other one does is shown.
  bool leads_store(bool& led) EXCLUDES(mu_, look_mu_);
  Status look_up_migration() EXCLUDES(mu_);
  /// At the start: what waited for the store that was left, when this program was killed, is for this one.
  Status adopt_spool() EXCLUDES(mu_);
  /// kFailedPrecondition: another process is to be asked; says which.
  Status check_lead() const;
  /// When the store is retired by another process: goes to where it is led. Why that cannot be is told by status().
  /// How long until the next look.
  milliseconds go_along() EXCLUDES(mu_);
  Status follow_routing() EXCLUDES(mu_);
  Result<std::shared_ptr<storage::Store>> open_of_record(const Side& side);

  // steps.cpp
  Status copy(const std::stop_token& stop);
  Status catch_up(const std::stop_token& stop);
  Status verify(const std::stop_token& stop);
  Status follow(const std::stop_token& stop);
  Status check_canaries();
  Status cancel();
  Status remove_copy(const Migration& cancelled) EXCLUDES(mu_, look_mu_);
  void end(const Migration& ended) EXCLUDES(mu_);
  Status complete();
  void throttle(uint64_t bytes, const std::stop_token& stop);

  // switching.cpp
  Status switch_over(const std::stop_token& stop);
  Status drain(const std::stop_token& stop);
  Status verify_tail(int64_t from, int64_t to);
  Status get_ready(Deadline deadline);
  /// kUnavailable: another process has written what the other store does not have.
  Status hand_over(const Migration& next, const std::stop_token& stop);
  Status give_up_switch(Error why);

  const Options options_;
  const std::unique_ptr<Router> router_;
  std::atomic<bool> role_due_{false};    // the store was away at the start
  std::atomic<uint64_t> gone_along_{0};  // with switches of another process

  mutable Mutex begin_mu_;  // one begin() or rehearse() at a time; taken first

  // The thread's, or begin()'s while nothing is under way.
  std::shared_ptr<storage::Store> other_;
  std::optional<Follower> follower_;
  Monotonic::time_point released_{};
  std::optional<Monotonic::time_point> unsure_since_;  // where to go along to

  mutable SharedMutex look_mu_;  // held shared while somebody looks at the other store; taken before mu_

  mutable Mutex mu_;
  mutable CondVar wake_;
  std::string url_ GUARDED_BY(mu_);  // of the store that everything is routed to
  std::optional<Migration> migration_ GUARDED_BY(mu_);
  MigrationStatus shown_ GUARDED_BY(mu_);
  std::shared_ptr<storage::Store> shown_other_ GUARDED_BY(mu_);
  std::optional<Event> asked_ GUARDED_BY(mu_);
  bool woken_ GUARDED_BY(mu_) = false;
  bool paused_ GUARDED_BY(mu_) = false;
  uint64_t limit_ GUARDED_BY(mu_) = 0;
  std::shared_ptr<Rehearsal> rehearsal_ GUARDED_BY(mu_);
  std::jthread thread_;
};

}  // namespace oreum::migrate
