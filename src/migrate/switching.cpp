// The switch: writes wait, the other store gets the last of them, one record is written, and it is the store of record.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/wait_limit.h"
#include "migrate/fault_points.h"
#include "migrate/manager.h"
#include "migrate/routing.h"

namespace oreum::migrate {

namespace {

constexpr milliseconds kPatienceToDrain{20'000};  // while writes go on
constexpr milliseconds kPatienceToClose{400};     // until those under way have ended
constexpr milliseconds kMostStalled{800};         // then it is put off
constexpr milliseconds kPatienceForLead{30'000};  // until a connection that broke has ended on the server, too
constexpr milliseconds kShortRound{150};          // of following, as often as it takes
constexpr int kSlowRounds = 3;                    // each too long for a switch

}  // namespace

Status Manager::switch_over(const std::stop_token& stop) {
  TRY(enter(migration().soaking ? Event::kReverse : Event::kSwitch));
  if (Status status = fault::point(kFaultSwitchBegun); !status) return give_up_switch(status.error());
  if (Status status = drain(stop); !status) return give_up_switch(status.error());
  if (!router_->gate().close(Deadline::in(kPatienceToClose))) {
    return give_up_switch({Code::kUnavailable, "writes under way did not end in time: try again"});
  }
  if (Status settled = router_->active()->settle(); !settled) {
    router_->gate().open();
    return give_up_switch(std::move(settled).error());
  }
  const auto closed = Monotonic::now();
  const auto stalled = [&] { return std::chrono::duration_cast<milliseconds>(Monotonic::now() - closed); };
  const Deadline deadline = Deadline::in(kMostStalled);
  Migration next = migration();
  std::swap(next.active, next.other);
  next.soaking = true;
  ++next.switches;
  ++next.epoch;
  next.switched = options_.clock.now();
  next.enter(State::kSoak, next.switched);
  Status ready;
  {
    const WaitLimit limit(deadline);  // a server that hangs
    // Other processes that have the store open do not wait at the gate, but in the database.
    ready = router_->active()->migratable()->hold_others(true);
    if (ready) ready = get_ready(deadline);
  }
  next.stalled_ms = stalled().count();
  if (ready) ready = hand_over(next, stop);
  if (!ready && ready.error().code() == Code::kCancelled) return ready;  // a restart finds out
  (void)router_->active()->migratable()->hold_others(false);
  if (!ready) {
    router_->gate().open();
    return give_up_switch(ready.error());
  }
  // No way back from here: the other store is the store of record, whatever happens to this process.
  const std::vector<storage::Record> records = records_of_active({next.epoch, next.active}, next);
  Status taken = fault::point(kFaultSwitchAfterRouting);
  if (taken) taken = other_->migratable()->put_records(records);
  for (; !taken && !stop.stop_requested(); taken = other_->migratable()->put_records(records)) {
    log::error("migration: the switch is made, but {} cannot write it down: {}", without_password(next.active.url),
               taken.error().to_string());
    wait(milliseconds(100), stop);
  }
  if (!taken) return taken;  // a restart finishes it
  const std::shared_ptr<storage::Store> old = router_->active();
  router_->route_to(std::exchange(other_, old));
  follower_.reset();
  {
    const MutexLock lock(mu_);
    migration_ = next;
    url_ = next.active.url;
    shown_other_ = old;
  }
  router_->gate().open();
  log::info("audit: migration {}: {} is the store of record, writes waited {} ms", next.id,
            without_password(next.active.url), stalled().count());
  TRY(fault::point(kFaultSwitchAfterTarget));
  return connect();
}

/// Gives the other store all that the store of record has, and looks whether it is there.
Status Manager::get_ready(Deadline deadline) {
  TRY(router_->active()->refresh());
  const int64_t from = follower_->at().journal;
  const int64_t to = router_->active()->migratable()->position();
  while (follower_->at().journal < to) {
    if (deadline.passed()) return Error(Code::kUnavailable, "the last writes took too long to copy: try again");
    TRY(follower_->follow_some());
  }
  TRY(follower_->copy_audit());
  TRY(verify_tail(from, to));
  TRY(fault::point(kFaultSwitchAfterDrain));
  const storage::Record hold[] = {
      {std::string(storage::kRecordHold), fmt::format("{}", other_->migratable()->position())}};
  TRY(other_->migratable()->put_records(hold));
  TRY(fault::point(kFaultSwitchAfterHold));
  if (deadline.passed()) return Error(Code::kUnavailable, "getting ready took too long: try again");
  return {};
}

/// Writes still go on: what is left for when they wait is little.
Status Manager::drain(const std::stop_token& stop) {
  const Deadline deadline = Deadline::in(kPatienceToDrain);
  int slow = 0;
  for (int quiet = 0; quiet < 2;) {
    if (stop.stop_requested()) return Error(Code::kCancelled, "Oreum is stopping");
    // What waits on the way to the store of record is to be in it first.
    if (Status settled = router_->active()->settle(); !settled) {
      if (deadline.passed()) return settled;
      wait(milliseconds(50), stop);
      continue;
    }
    if (deadline.passed()) {
      return Error(Code::kUnavailable, fmt::format("the other store is {} rows behind and does not catch up: switch "
                                                   "when fewer are written",
                                                   follower_->lag()));
    }
    const int64_t before = follower_->at().journal;
    const auto began = Monotonic::now();
    TRY(follower_->follow_some());
    const auto took = std::chrono::duration_cast<milliseconds>(Monotonic::now() - began);
    slow = took >= kMostStalled / 2 ? slow + 1 : 0;
    if (slow == kSlowRounds) {
      return Error(
          Code::kUnavailable,
          fmt::format("the other store takes {} ms for a few rows, and writes would wait too long: switch when "
                      "it is faster",
                      took.count()));
    }
    // What has come meanwhile takes no longer than what was there before.
    const bool soon = took <= kShortRound && follower_->lag() <= follower_->at().journal - before;
    quiet = follower_->lag() <= 1 || soon ? quiet + 1 : 0;
  }
  return {};
}

/// Reads back from the other store what was played last.
Status Manager::verify_tail(int64_t from, int64_t to) {
  const auto reader = router_->active()->migratable()->move_reader();
  model::Batch batch;
  constexpr size_t kMostSamples = 50'000;
  while (from < to) {
    TRY_ASSIGN(const bool any, reader->read_journal(from, to, kMostSamples, batch));
    if (!any) return {};
    std::map<std::string_view, std::vector<size_t>> by_series;
    for (size_t i = 0; i < batch.size(); ++i) by_series[batch.labels()[i]].push_back(i);
    storage::Columns found;
    for (const auto& [labels, at] : by_series) {
      TRY_ASSIGN(model::Labels decoded, model::Labels::decode(labels));
      const model::Series series(std::move(decoded));
      Range range{TimestampMs::max(), TimestampMs::min()};
      for (const size_t i : at) {
        range.from = std::min(range.from, batch.times()[i]);
        range.to = std::max(range.to, batch.times()[i]);
      }
      TRY(read_one(*other_, series, range, found));
      for (const size_t i : at) {
        const auto t = std::lower_bound(found.t.begin(), found.t.end(), batch.times()[i].ms);
        const bool there = t != found.t.end() && *t == batch.times()[i].ms &&
                           model::same_bits(found.v[static_cast<size_t>(t - found.t.begin())], batch.values()[i]);
        if (!there) {
          return Error(Code::kDataLoss,
                       fmt::format("{} at {} is not in the other store as it was written: oreum migrate verify",
                                   series.labels.to_string(), format_rfc3339(batch.times()[i])));
        }
      }
    }
  }
  return {};
}

/// The routing record: one transaction in the store of record, the point of no return. kCancelled: Oreum stops, and
/// nobody knows whether it was written.
Status Manager::hand_over(const Migration& next, const std::stop_token& stop) {
  Stream back;
  back.id = next.id;
  back.journal = other_->migratable()->position();
  const storage::Record records[] = {
      {std::string(kRecordRouting), Routing{next.epoch, next.active}.encode()},
      {std::string(kRecordMigration), next.encode()},
      {std::string(kRecordStream), back.encode()},
      {std::string(storage::kRecordRetired), retired_text(next.active)},
      {std::string(storage::kRecordHold), std::nullopt},
      {std::string(storage::kRecordPaused), std::nullopt},
      {std::string(storage::kRecordUnits), std::nullopt},
  };
  storage::Migratable& own = *router_->active()->migratable();
  Status written = own.put_records(records, follower_->at().journal);
  if (written) return {};
  // A server may have kept what it did not answer. Which store is of record is to be known before anybody writes; that
  // it was not kept is known for certain once the connection of the commit has ended, and with it the lead.
  const Deadline believed = Deadline::in(kPatienceForLead);
  for (;;) {
    const Status leads = own.check_lead();
    const auto text = own.record(kRecordRouting);
    if (text && *text == Routing{next.epoch, next.active}.encode()) return {};
    if (text && (leads || believed.passed())) return written;
    {
      const MutexLock lock(mu_);
      shown_.problem = fmt::format("whether the switch was written down is not known yet: {}",
                                   (text ? leads.error() : text.error()).to_string());
    }
    if (stop.stop_requested()) return Error(Code::kCancelled, "Oreum stops; its next start finds out");
    wait(milliseconds(100), stop);
  }
}

Status Manager::give_up_switch(Error why) {
  TRY(enter(migration().soaking ? Event::kKept : Event::kAborted));
  const storage::Record none[] = {{std::string(storage::kRecordHold), std::nullopt}};
  TRY(other_->migratable()->put_records(none));
  return std::move(why).wrap("not switched");
}

}  // namespace oreum::migrate
