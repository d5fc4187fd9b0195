#include "migrate/manager.h"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrate/fault_points.h"
#include "migrate/routing.h"

namespace oreum::migrate {

namespace {

constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLongestPause{30'000};
constexpr milliseconds kFollowPause{100};
constexpr milliseconds kTidyPause{5000};

std::string new_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", static_cast<uint32_t>(random()));
  return id;
}

Error not_now(Event event, const std::optional<Migration>& migration) {
  if (!migration || !under_way(migration->state)) {
    return {Code::kFailedPrecondition, fmt::format("no migration is under way: there is nothing to {}", name(event))};
  }
  return {Code::kFailedPrecondition,
          fmt::format("the migration is in {}: {} is not possible there", name(migration->state), name(event))};
}

}  // namespace

Manager::Manager(Options options, std::unique_ptr<storage::Store> store)
    : options_(std::move(options)), router_(std::make_unique<Router>(std::move(store))), url_(options_.url) {
  router_->when_led_away([this] {
    const MutexLock lock(mu_);
    wake();
  });
}

Result<std::unique_ptr<Manager>> Manager::start(Options options, std::unique_ptr<storage::Store> store) {
  const Status role = take_role(*store, options.url, options.stores);
  const bool away = !role && role.error().code() == Code::kUnavailable;
  if (!away) TRY(role);
  std::unique_ptr<Manager> manager(new Manager(std::move(options), std::move(store)));
  manager->role_due_ = away;
  if (away) {
    log::warn("{}: starting all the same; what is stored can be read when it is back", role.error().to_string());
  } else {
    TRY(manager->look_up_migration());
    TRY(manager->adopt_spool());
  }
  if (const Migration found = manager->migration(); !found.id.empty() && under_way(found.state)) {
    log::info("a migration to {} is in {}: going on with it", without_password(found.other.url), name(found.state));
  }
  manager->thread_ = std::jthread([raw = manager.get()](const std::stop_token& stop) { raw->run(stop); });
  return manager;
}

std::string Manager::own_url() const {
  const MutexLock lock(mu_);
  return migration_ && migration_->active.instance == router_->instance_id() ? migration_->active.url : url_;
}

Result<std::shared_ptr<storage::Store>> Manager::open_target(const std::string& to) {
  TRY_ASSIGN(const Plan plan, make_plan(planning(to, false)));
  if (!plan.obstacles.empty()) return Error(Code::kFailedPrecondition, plan.obstacles.front());
  TRY_ASSIGN(std::unique_ptr<storage::Store> target, options_.stores.open(to));
  TRY_ASSIGN(Fitness fit, fitness(*router_, *target, to));
  if (!fit.obstacle.empty()) return Error(Code::kFailedPrecondition, std::move(fit.obstacle));
  if (fit.leftover) {
    target.reset();
    TRY(options_.stores.remove(to));
    TRY_ASSIGN(target, options_.stores.open(to));
  }
  return std::shared_ptr<storage::Store>(std::move(target));
}

Status Manager::begin(const std::string& to) {
  const MutexLock one(begin_mu_);
  TRY(check_lead());
  {
    const MutexLock lock(mu_);
    if (rehearsal_ && rehearsal_->running()) return Error(Code::kFailedPrecondition, std::string(kRehearsalRunning));
    if (migration_ && under_way(migration_->state)) {
      if (migration_->other.url == to) return {};
      return Error(Code::kAlreadyExists, fmt::format("a migration to {} is in {}: cancel or complete it first",
                                                     without_password(migration_->other.url), name(migration_->state)));
    }
  }
  TRY_ASSIGN(const std::shared_ptr<storage::Store> target, open_target(to));
  Migration next;
  next.id = new_id();
  next.active = {own_url(), router_->instance_id()};
  next.other = {to, target->instance_id()};
  next.started = options_.clock.now();
  next.enter(State::kCapture, next.started);
  TRY_ASSIGN(const std::optional<std::string> before, router_->migratable()->record(kRecordRouting));
  if (before) {
    TRY_ASSIGN(const Routing routing, Routing::decode(*before));
    next.epoch = routing.epoch;
  }
  const std::string routing = Routing{next.epoch, next.active}.encode();
  Stream stream;
  stream.id = next.id;
  const storage::Record theirs[] = {{std::string(kRecordMadeFor), next.active.instance},
                                    {std::string(kRecordRouting), routing},
                                    {std::string(kRecordStream), stream.encode()},
                                    {std::string(storage::kRecordRetired), retired_text(next.active)}};
  TRY(target->migratable()->put_records(theirs));
  TRY(fault::point(kFaultStartAfterTarget));
  const storage::Record ours[] = {{std::string(kRecordRouting), routing},
                                  {std::string(kRecordMigration), next.encode()}};
  TRY(router_->migratable()->put_records(ours));
  TRY(fault::point(kFaultStartAfterSource));
  log::info("audit: migration {} from {} to {} begins", next.id, without_password(next.active.url),
            without_password(to));
  const MutexLock lock(mu_);
  other_ = target;
  follower_.reset();
  shown_ = {};
  migration_ = std::move(next);
  wake();
  return {};
}

Status Manager::ask(Event event) {
  const std::shared_ptr<Rehearsal> rehearsing = rehearsal();
  if (event == Event::kCancel && rehearsing && rehearsing->running()) {
    rehearsing->stop();
    const MutexLock lock(mu_);
    ++shown_.commands;
    return {};
  }
  TRY(check_lead());
  const MutexLock lock(mu_);
  if (!migration_ || !next(migration_->state, event)) return not_now(event, migration_);
  if (asked_) {
    return Error(Code::kFailedPrecondition, fmt::format("{} was asked for and is not done yet", name(*asked_)));
  }
  asked_ = event;
  wake();
  return {};
}

Status Manager::set_canary(unsigned percent) {
  if (percent > 100) return Error(Code::kInvalidArgument, "percent: expected 0 to 100");
  const MutexLock lock(mu_);
  if (percent > 0 && (!migration_ || !follows(migration_->state))) {
    return Error(Code::kFailedPrecondition, "reads can be compared in READY and SOAK, when both stores have all");
  }
  router_->watch_reads(percent);
  return {};
}

void Manager::set_paused(bool paused) {
  const MutexLock lock(mu_);
  paused_ = paused;
  wake();
}

void Manager::set_limit(uint64_t bytes_per_second) {
  const MutexLock lock(mu_);
  limit_ = bytes_per_second;
  wake();
}

MigrationStatus Manager::progress() const {
  const std::string url = own_url();
  MigrationStatus status;
  {
    const MutexLock lock(mu_);
    status = shown_;
    status.migration = migration_;
    status.paused = paused_;
    status.limit = limit_;
    status.asked = asked_ ? std::string(name(*asked_)) : "";
  }
  status.self = {url, router_->instance_id()};
  if (const std::shared_ptr<Rehearsal> rehearsed = rehearsal()) status.rehearsal = rehearsed->report();
  status.canary.percent = router_->watched_percent();
  status.gone_along = gone_along_;
  return status;
}

MigrationStatus Manager::status() const {
  const ReadLock looking(look_mu_);
  MigrationStatus status = progress();
  std::shared_ptr<storage::Store> other;
  {
    const MutexLock lock(mu_);
    other = shown_other_;
  }
  const std::shared_ptr<storage::Store> active = router_->active();
  status.active = StoreView{active->describe(), active->stats()};
  if (other != nullptr) status.other = StoreView{other->describe(), other->stats()};
  return status;
}

void Manager::stop() {
  if (const std::shared_ptr<Rehearsal> rehearsing = rehearsal()) rehearsing->stop();
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    const MutexLock lock(mu_);
    wake();
  }
  thread_.join();
}

void Manager::run(const std::stop_token& stop) {
  milliseconds pause = kFirstPause;
  bool led = true;
  bool tidy = false;
  Monotonic::time_point next_tidying;
  while (!stop.stop_requested()) {
    if (!role_known(stop)) continue;
    router_->let_go_of_left(Monotonic::now());
    if (!leads_store(led)) {
      tidy = false;
      wait(go_along(), stop);
      continue;
    }
    if (!tidy && Monotonic::now() >= next_tidying) {
      const Status tidied = tidy_up();
      tidy = tidied.has_value();
      if (!tidy && next_tidying == Monotonic::time_point()) log::warn("rehearsal: {}", tidied.error().to_string());
      // The connections of one that was killed may take a moment to end.
      next_tidying = Monotonic::now() + kTidyPause;
    }
    bool idle = false;
    {
      const MutexLock lock(mu_);
      idle = !migration_ || !under_way(migration_->state);
    }
    if (idle) {
      wait(tidy ? kLongestPause : kTidyPause, stop);
      continue;
    }
    Status done;
    if (const std::optional<Event> event = take_command()) {
      done = command(*event, stop);
      const MutexLock lock(mu_);
      asked_.reset();
      shown_.refused = done ? "" : done.error().to_string();
      ++shown_.commands;
    } else {
      done = work(stop);
    }
    show();
    if (done) {
      pause = kFirstPause;
      const MutexLock lock(mu_);
      shown_.problem.clear();
      continue;
    }
    // What was written all the same is told by the records only.
    follower_.reset();
    if (stop.stop_requested()) return;
    {
      const MutexLock lock(mu_);
      const std::string problem = done.error().to_string();
      if (shown_.problem != problem) log::warn("migration: {}", problem);
      shown_.problem = problem;
    }
    wait(pause, stop);
    pause = std::min(pause * 2, kLongestPause);
  }
}

Status Manager::work(const std::stop_token& stop) {
  TRY(connect());
  bool paused = false;
  {
    const MutexLock lock(mu_);
    paused = paused_;
  }
  const State state = migration().state;
  if (paused && state != State::kSwitching) {
    wait(kLongestPause, stop);
    return {};
  }
  switch (state) {
    case State::kPlanned:
    case State::kPreflight: return enter(Event::kGoOn);
    case State::kCapture: TRY(follower_->capture({})); return enter(Event::kGoOn);
    case State::kCopy: return copy(stop);
    case State::kCatchUp: return catch_up(stop);
    case State::kVerify: return verify(stop);
    case State::kReady:
    case State::kSoak:
      TRY(follow(stop));
      wait(kFollowPause, stop);
      return {};
    case State::kSwitching:
      // Cut off before the point of no return: nothing was switched.
      return enter(migration().soaking ? Event::kKept : Event::kAborted);
    case State::kCompleted:
    case State::kCancelled: break;
  }
  return {};
}

Status Manager::command(Event event, const std::stop_token& stop) {
  // Cancelling must work when the other store is away for good.
  if (event == Event::kCancel) return cancel();
  TRY(connect());
  switch (event) {
    case Event::kVerify:
      if (migration().state == State::kSoak) return verify(stop);
      return enter(event);
    case Event::kSwitch:
    case Event::kReverse: return switch_over(stop);
    case Event::kComplete: return complete();
    default: return Error(Code::kInternal, fmt::format("{} is nothing to ask for", name(event)));
  }
}

Status Manager::connect() {
  const Migration now = migration();
  if (other_ == nullptr) {
    TRY_ASSIGN(std::unique_ptr<storage::Store> other, options_.stores.open(now.other.url));
    if (other->instance_id() != now.other.instance) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("{} is another store than the migration began with (instance {}, not {}): put that one "
                               "back, or cancel",
                               without_password(now.other.url), other->instance_id(), now.other.instance));
    }
    other_ = std::move(other);
  }
  if (!follower_) {
    TRY_ASSIGN(follower_, Follower::open(*router_->active(), *other_, now.id));
    if (now.state != State::kCapture && follower_->at().journal < 0) {
      follower_.reset();
      return Error(Code::kDataLoss, fmt::format("{} does not say how far it is: cancel the migration and start again",
                                                without_password(now.other.url)));
    }
  }
  {
    const MutexLock lock(mu_);
    shown_other_ = other_;
  }
  return {};
}

std::optional<Event> Manager::take_command() {
  const MutexLock lock(mu_);
  return asked_;
}

bool Manager::interrupted(const std::stop_token& stop) const {
  const MutexLock lock(mu_);
  return stop.stop_requested() || asked_ || paused_;
}

void Manager::wait(milliseconds time, const std::stop_token& stop) {
  const auto until = Monotonic::now() + time;
  const MutexLock lock(mu_);
  while (!woken_ && !stop.stop_requested() && wake_.wait_until(mu_, until)) {
  }
  woken_ = false;
}

Migration Manager::migration() const {
  const MutexLock lock(mu_);
  return migration_.value_or(Migration{});
}

Status Manager::enter(Event event) {
  Migration to = migration();
  const std::optional<State> state = next(to.state, event);
  if (!state) return not_now(event, to);
  log::info("migration: {} → {}", name(to.state), name(*state));
  to.enter(*state, options_.clock.now());
  return save(to);
}

Status Manager::save(const Migration& next) {
  const storage::Record records[] = {{std::string(kRecordMigration), next.encode()}};
  TRY(router_->migratable()->put_records(records));
  const MutexLock lock(mu_);
  migration_ = next;
  return {};
}

void Manager::show() {
  if (!follower_) return;
  const MutexLock lock(mu_);
  shown_.stream = follower_->at();
  shown_.all_units = follower_->all_units();
  shown_.all_bytes = follower_->all_bytes();
  shown_.all_samples = follower_->all_samples();
  shown_.lag_rows = std::max<int64_t>(0, follower_->lag());
}

}  // namespace oreum::migrate
