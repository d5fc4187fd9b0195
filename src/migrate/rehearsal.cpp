#include "migrate/rehearsal.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/log.h"
#include "base/secret.h"
#include "migrate/manager.h"

namespace oreum::migrate {

namespace {

constexpr milliseconds kBetweenLooks{10};
constexpr int kTries = 3;           // of a switch that was put off
constexpr size_t kReadsMadeUp = 8;  // where nobody asked anything lately
constexpr milliseconds kHour{3'600'000};
constexpr milliseconds kMostWait{1'000};  // of writes at a switch
constexpr double kMostSlower = 2;         // of reads meanwhile
constexpr double kNoticed = 5;            // ms; what is faster nobody minds

/// A kill may come before a scratch store is marked: then it is a copy of the store itself, or nothing is in it.
bool not_marked_yet(const storage::Store& scratch, const std::string& instance) {
  const storage::StoreStats stats = scratch.stats();
  return scratch.instance_id() == instance || (stats.series == 0 && stats.samples == 0 && stats.packs == 0);
}

/// Removes a scratch store; one of somebody else's stays, and is an error.
Status remove_scratch(const std::string& url, const std::string& instance, const Stores& stores) {
  TRY_ASSIGN(const Place place, stores.look(url));
  if (!place.there) return {};
  {
    TRY_ASSIGN(const std::unique_ptr<storage::Store> store, stores.open(url));
    TRY_ASSIGN(const std::optional<std::string> of, store->migratable()->record(kRecordRehearsalOf));
    if (of ? *of != instance : !not_marked_yet(*store, instance)) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("{} is where a rehearsal would work, and holds another store: move it away",
                               without_password(url)));
    }
  }
  return stores.remove(url);
}

Status mark(storage::Store& scratch, const std::string& instance) {
  const storage::Record records[] = {{std::string(kRecordRehearsalOf), instance}};
  return scratch.migratable()->put_records(records);
}

/// An hour of a few series.
Result<std::vector<CanaryRead>> made_up_reads(const storage::Store& store) {
  const TimestampMs newest = store.stats().t_max;
  const Range hour{newest - kHour, newest};
  TRY_ASSIGN(const auto querier, store.querier(hour.from, hour.to));
  TRY_ASSIGN(const auto set, querier->select({}));
  std::vector<CanaryRead> reads;
  while (reads.size() < kReadsMadeUp && set->next()) reads.push_back({hour, matchers_of(set->series().labels)});
  return reads;
}

Error ended() { return {Code::kCancelled, "the rehearsal was ended"}; }

}  // namespace

Result<std::unique_ptr<Rehearsal>> Rehearsal::start(Options options) {
  if (!options.stores.scratch || options.from.migratable() == nullptr) {
    return Error(Code::kUnimplemented, "this store cannot be rehearsed with");
  }
  TRY_ASSIGN(std::string scratch_from, options.stores.scratch(options.from_url));
  TRY_ASSIGN(std::string scratch_to, options.stores.scratch(options.to));
  if (scratch_from == scratch_to) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} is the store to be migrated itself: name another", without_password(options.to)));
  }
  const std::string& instance = options.from.instance_id();
  TRY(remove_scratch(scratch_from, instance, options.stores));
  TRY(remove_scratch(scratch_to, instance, options.stores));
  TRY_ASSIGN(const Place place, options.stores.look(scratch_from));
  const uint64_t bytes = options.from.stats().disk_bytes;
  if (place.free_bytes && *place.free_bytes < bytes + bytes / 2) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} has room for {} bytes, the copy to rehearse with wants {}: make room",
                             without_password(scratch_from), *place.free_bytes, bytes + bytes / 2));
  }
  const storage::Record records[] = {{std::string(kRecordRehearsal), options.to}};
  TRY(options.from.migratable()->put_records(records));
  std::unique_ptr<Rehearsal> rehearsal(
      new Rehearsal(std::move(options), std::move(scratch_from), std::move(scratch_to)));
  const MutexLock lock(rehearsal->join_mu_);
  rehearsal->thread_ = std::jthread([raw = rehearsal.get()](const std::stop_token& stop) { raw->run(stop); });
  return rehearsal;
}

Rehearsal::Rehearsal(Options options, std::string scratch_from, std::string scratch_to)
    : options_(std::move(options)), scratch_from_(std::move(scratch_from)), scratch_to_(std::move(scratch_to)) {
  const MutexLock lock(mu_);
  report_.from = without_password(scratch_from_);
  report_.to = without_password(scratch_to_);
  report_.started = options_.clock.now();
}

RehearsalReport Rehearsal::report() const {
  const MutexLock lock(mu_);
  return report_;
}

bool Rehearsal::running() const {
  const MutexLock lock(mu_);
  return report_.state == RehearsalReport::State::kRunning;
}

void Rehearsal::stop() {
  const MutexLock one(join_mu_);
  thread_.request_stop();
  {
    const MutexLock lock(mu_);
    ended_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Status Rehearsal::tidy_up(storage::Store& from, const std::string& from_url, const std::string& to,
                          const Stores& stores) {
  for (const std::string& url : {from_url, to}) {
    TRY_ASSIGN(const std::string scratch, stores.scratch(url));
    TRY(remove_scratch(scratch, from.instance_id(), stores));
  }
  const storage::Record none[] = {{std::string(kRecordRehearsal), std::nullopt}};
  return from.migratable()->put_records(none);
}

void Rehearsal::run(const std::stop_token& stop) {
  log::info("rehearsing a migration to {}", without_password(options_.to));
  const Status done = go(stop);
  const Status tidied = tidy_up(options_.from, options_.from_url, options_.to, options_.stores);
  if (!tidied) finding(fmt::format("the copy could not be removed: {}", tidied.error().to_string()));
  const MutexLock lock(mu_);
  report_.now.clear();
  if (done) {
    report_.state = RehearsalReport::State::kPassed;
  } else {
    const bool cancelled = done.error().code() == Code::kCancelled;
    report_.state = cancelled ? RehearsalReport::State::kEnded : RehearsalReport::State::kFailed;
    report_.problem = done.error().to_string();
  }
  log::info("the rehearsal {}", done ? "has passed" : "has ended: " + report_.problem);
}

Status Rehearsal::go(const std::stop_token& stop) {
  begin_step("copy to rehearse with");
  const auto listen_until = Monotonic::now() + options_.pace.listen;
  options_.from.watch_reads(100);
  auto manager_of_copy = make_copy(stop);
  const bool goes_on = pause(std::chrono::duration_cast<milliseconds>(listen_until - Monotonic::now()), stop);
  options_.from.watch_reads(0);
  while (std::optional<CanaryRead> read = options_.from.take_read()) reads_.push_back(std::move(*read));
  TRY_ASSIGN(const std::unique_ptr<Manager> manager, std::move(manager_of_copy));
  end_step();
  if (!goes_on) return ended();
  const Status done = go_there_and_back(*manager, stop);
  manager->stop();
  return done;
}

/// Day by day, so that no series has to be held whole.
Status Rehearsal::copy_by_reading(storage::Store& copy, const std::stop_token& stop) {
  constexpr size_t kAtOnce = 100'000;
  std::set<int64_t> days;
  for (const auto& [day, samples] : options_.from.migratable()->packed_days()) days.insert(day);
  model::Batch batch;
  const auto flush = [&]() -> Status {
    if (stop.stop_requested()) return ended();
    if (!batch.empty()) TRY(copy.migratable()->apply(batch, {}));
    batch.clear();
    return {};
  };
  const auto copy_range = [&](Range range) -> Status {
    TRY_ASSIGN(const auto querier, options_.from.querier(range.from, range.to));
    TRY_ASSIGN(const auto set, querier->select({}));
    storage::Columns columns;
    while (set->next()) {
      TRY(set->read(columns));
      const model::Series& series = batch.own(set->series());
      for (size_t i = 0; i < columns.t.size(); ++i) batch.add(series, {columns.t[i]}, columns.v[i]);
      if (batch.size() >= kAtOnce) TRY(flush());
    }
    return flush();
  };
  for (const Window& window : windows_of(days)) TRY(copy_range(window.range));
  return {};
}

Result<std::unique_ptr<Manager>> Rehearsal::make_copy(const std::stop_token& stop) {
  const Status by_file = options_.stores.copy(options_.from, scratch_from_);
  if (!by_file && by_file.error().code() != Code::kUnimplemented) return by_file.error();
  TRY_ASSIGN(std::unique_ptr<storage::Store> copy, options_.stores.open(scratch_from_));
  TRY(mark(*copy, options_.from.instance_id()));
  if (!by_file) TRY(copy_by_reading(*copy, stop));
  // The record of the rehearsal was copied, too.
  const storage::Record none[] = {{std::string(kRecordRehearsal), std::nullopt}};
  TRY(copy->migratable()->put_records(none));
  {
    const storage::StoreStats stats = copy->stats();
    const MutexLock lock(mu_);
    report_.series = stats.series;
    report_.samples = stats.samples;
  }
  {
    TRY_ASSIGN(const std::unique_ptr<storage::Store> target, options_.stores.open(scratch_to_));
    TRY(mark(*target, options_.from.instance_id()));
  }
  return Manager::start({.url = scratch_from_, .clock = options_.clock, .stores = options_.stores}, std::move(copy));
}

Status Rehearsal::go_there_and_back(Manager& manager, const std::stop_token& stop) {
  TRY_ASSIGN(const Recording recording, Recording::of(manager.store(), options_.pace.recorded));
  if (recording.empty()) finding("the store is empty: there was no load to play");
  if (reads_.empty()) {
    TRY_ASSIGN(reads_, made_up_reads(manager.store()));
  }
  begin_step("reads alone");
  const double alone = read_alone(manager, stop);
  {
    const MutexLock lock(mu_);
    report_.read_p99_before_ms = alone;
  }
  end_step();

  Load load(manager.store(), recording, reads_);
  begin_step("copy, catch up and verify");
  TRY(manager.begin(scratch_to_));
  TRY(wait_for(manager, State::kReady, 0, stop));
  end_step();
  TRY(do_and_wait(manager, Event::kSwitch, State::kSoak, "switch", stop));
  TRY(do_and_wait(manager, Event::kReverse, State::kSoak, "reverse", stop));
  TRY(do_and_wait(manager, Event::kReverse, State::kSoak, "switch again", stop));
  TRY(do_and_wait(manager, Event::kVerify, State::kSoak, "verify", stop));
  load.stop();
  const LoadReport borne = load.report();
  const MigrationStatus seen = manager.progress();
  {
    const MutexLock lock(mu_);
    report_.load = borne;
    report_.compared_samples = seen.migration ? seen.migration->verified_samples : 0;
  }
  if (seen.migration && seen.migration->repaired > 0) {
    finding(fmt::format("{} parts (series of a day, windows of rollups) differed and were copied again",
                        seen.migration->repaired));
  }
  TRY(check_written(manager, recording, borne));
  TRY(do_and_wait(manager, Event::kComplete, State::kCompleted, "complete", stop));
  if (borne.refused_batches > 0 || borne.failed_reads > 0) {
    finding(fmt::format("{} writes and {} reads were refused meanwhile, first: {}", borne.refused_batches,
                        borne.failed_reads, borne.first_failure));
  }
  if (alone > 0 && borne.read_p99_ms > std::max(kNoticed, kMostSlower * alone)) {
    finding(fmt::format("99 of 100 reads took {:.1f} ms meanwhile, {:.1f} ms alone", borne.read_p99_ms, alone));
  }
  const MutexLock lock(mu_);
  if (report_.writes_waited > kMostWait) {
    report_.findings.push_back(fmt::format("writes waited {} at a switch", format_duration(report_.writes_waited)));
  }
  return {};
}

/// Every sample that was acknowledged is there once.
Status Rehearsal::check_written(Manager& manager, const Recording& recording, const LoadReport& load) {
  TRY_ASSIGN(const auto querier, manager.store().querier(recording.newest(), TimestampMs::max()));
  TRY_ASSIGN(const auto set, querier->select({}));
  storage::Columns columns;
  uint64_t found = 0;
  while (set->next()) {
    TRY(set->read(columns));
    found += columns.t.size();
  }
  if (found == load.samples) return {};
  return Error(Code::kDataLoss,
               fmt::format("{} samples were acknowledged and {} are there: please report this", load.samples, found));
}

Status Rehearsal::do_and_wait(Manager& manager, Event event, State state, std::string_view name,
                              const std::stop_token& stop) {
  begin_step(std::string(name));
  Status done;
  for (int tried = 0; tried < kTries; ++tried) {
    const uint64_t commands = manager.progress().commands;
    TRY(manager.ask(event));
    done = wait_for(manager, state, commands + 1, stop);
    if (done || done.error().code() == Code::kCancelled) break;
    finding(fmt::format("{}: {}", name, done.error().to_string()));
  }
  TRY(std::move(done));
  const MigrationStatus status = manager.progress();
  if (status.migration && (event == Event::kSwitch || event == Event::kReverse)) {
    const MutexLock lock(mu_);
    report_.writes_waited = std::max(report_.writes_waited, milliseconds(status.migration->stalled_ms));
  }
  end_step();
  if (state == State::kSoak && !pause(options_.pace.soak, stop)) return ended();
  return {};
}

Status Rehearsal::wait_for(Manager& manager, State state, uint64_t commands, const std::stop_token& stop) {
  constexpr milliseconds kPatience{120'000};  // with the same problem
  std::string problem;
  auto since = Monotonic::now();
  for (;;) {
    const MigrationStatus status = manager.progress();
    const bool done = status.commands >= commands && status.asked.empty();
    if (done && !status.refused.empty()) return Error(Code::kFailedPrecondition, status.refused);
    if (done && status.migration && status.migration->state == state) return {};
    if (status.problem != problem) {
      problem = status.problem;
      since = Monotonic::now();
    }
    if (!problem.empty() && Monotonic::now() - since > kPatience) return Error(Code::kUnavailable, problem);
    if (!pause(kBetweenLooks, stop)) return ended();
  }
}

double Rehearsal::read_alone(Manager& manager, const std::stop_token& stop) {
  std::vector<double> times;
  const auto until = Monotonic::now() + options_.pace.alone;
  for (size_t n = 0; !reads_.empty() && Monotonic::now() < until && !stop.stop_requested(); ++n) {
    const auto began = Monotonic::now();
    if (!ask(manager.store(), reads_[n % reads_.size()])) continue;
    times.push_back(std::chrono::duration<double, std::milli>(Monotonic::now() - began).count());
  }
  return p99(times);
}

void Rehearsal::begin_step(std::string name) {
  const MutexLock lock(mu_);
  report_.now = std::move(name);
  step_began_ = Monotonic::now();
}

void Rehearsal::end_step() {
  const MutexLock lock(mu_);
  report_.steps.push_back(
      {std::exchange(report_.now, {}), std::chrono::duration_cast<milliseconds>(Monotonic::now() - step_began_)});
}

void Rehearsal::finding(std::string text) {
  const MutexLock lock(mu_);
  report_.findings.push_back(std::move(text));
}

bool Rehearsal::pause(milliseconds time, const std::stop_token& stop) {
  const auto until = Monotonic::now() + time;
  const MutexLock lock(mu_);
  while (!stop.stop_requested() && ended_.wait_until(mu_, until)) {
  }
  return !stop.stop_requested();
}

}  // namespace oreum::migrate
