// The work of each state but the switch.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "migrate/fault_points.h"
#include "migrate/manager.h"

namespace oreum::migrate {

namespace {

constexpr uint64_t kBytesAtOnce = 4 << 20;
constexpr int64_t kSmallLag = 16;  // rows; what is left is played by the next state, too
constexpr std::chrono::seconds kReleaseEvery(5);
constexpr milliseconds kLongestWait{30'000};

/// What stays of a migration when the next one begins.
storage::Extras audit_of(const Migration& ended) {
  Migration shown = ended;
  shown.active.url = without_password(shown.active.url);
  shown.other.url = without_password(shown.other.url);
  return {.audit = {{ended.steps.back().at, "migration", shown.encode()}}, .rolled = {}};
}

}  // namespace

Status Manager::copy(const std::stop_token& stop) {
  TRY(follower_->load_units());
  TRY(follower_->copy_series());
  const auto began = Monotonic::now();
  const uint64_t bytes_before = follower_->at().bytes;
  for (;;) {
    if (interrupted(stop)) return {};
    const uint64_t before = follower_->at().bytes;
    TRY_ASSIGN(const bool more, follower_->copy_some(kBytesAtOnce));
    if (!more) break;
    throttle(follower_->at().bytes - before, stop);
    show();
    const std::chrono::duration<double> all = Monotonic::now() - began;
    const double rate = static_cast<double>(follower_->at().bytes - bytes_before) / std::max(all.count(), 1e-6);
    const MutexLock lock(mu_);
    shown_.bytes_per_second = rate;
    const auto left = static_cast<double>(follower_->all_bytes() - follower_->at().bytes);
    shown_.left = milliseconds(static_cast<int64_t>(left / std::max(rate, 1.0) * 1000));
  }
  TRY(follower_->copy_extras());
  TRY(fault::point(kFaultCopyDone));
  return enter(Event::kGoOn);
}

/// Waits as long as so many bytes should take. A limit that is changed meanwhile counts at once.
void Manager::throttle(uint64_t bytes, const std::stop_token& stop) {
  const auto began = Monotonic::now();
  while (!interrupted(stop)) {
    uint64_t limit = 0;
    {
      const MutexLock lock(mu_);
      limit = limit_;
    }
    if (limit == 0) return;
    const std::chrono::duration<double> wanted(static_cast<double>(bytes) / static_cast<double>(limit));
    const std::chrono::duration<double> left = wanted - (Monotonic::now() - began);
    if (left.count() <= 0) return;
    wait(milliseconds(1) + std::min(kLongestWait, milliseconds(static_cast<int64_t>(left.count() * 1000))), stop);
  }
}

Status Manager::catch_up(const std::stop_token& stop) {
  while (follower_->lag() > kSmallLag) {
    if (interrupted(stop)) return {};
    TRY(follower_->follow_some());
    TRY(fault::point(kFaultCatchUpAfterBatch));
    show();
  }
  TRY(fault::point(kFaultCatchUpDone));
  return enter(Event::kGoOn);
}

Status Manager::verify(const std::stop_token& stop) {
  Verifier verifier(*router_->active(), *other_, *follower_);
  auto verified = verifier.run([&](uint64_t done, uint64_t all, const Verified& so_far) -> Status {
    show();
    bool ended = stop.stop_requested();
    {
      const MutexLock lock(mu_);
      shown_.windows = done;
      shown_.all_windows = all;
      shown_.findings = so_far.findings;
      ended = ended || asked_ == Event::kCancel;
    }
    return ended ? Status(Error(Code::kCancelled, "the comparison was ended")) : Status();
  });
  if (!verified && verified.error().code() == Code::kCancelled) return {};
  if (!verified) return std::move(verified).error();
  // What differed was copied again, so what contradicted each other does not any more.
  TRY(follower_->forget_conflicts());
  TRY(fault::point(kFaultVerifyDone));
  Migration next = migration();
  next.verified = options_.clock.now();
  next.verified_samples = verified->samples;
  next.repaired += verified->repaired;
  log::info("migration: {} samples and all rollups compared, {} parts copied again", verified->samples,
            verified->repaired);
  {
    const MutexLock lock(mu_);
    shown_.findings = verified->findings;
  }
  TRY(save(next));
  return next.state == State::kVerify ? enter(Event::kGoOn) : Status();
}

Status Manager::follow(const std::stop_token& stop) {
  while (!interrupted(stop)) {
    TRY_ASSIGN(const bool any, follower_->follow_some());
    if (!any) break;
    TRY(fault::point(kFaultSoakAfterBatch));
    show();
  }
  if (Monotonic::now() - released_ >= kReleaseEvery) {
    released_ = Monotonic::now();
    TRY(follower_->release());
  }
  return check_canaries();
}

Status Manager::check_canaries() {
  while (const std::optional<CanaryRead> read = router_->take_read()) {
    Verifier verifier(*router_->active(), *other_, *follower_);
    TRY_ASSIGN(const Compared seen, verifier.look(read->range, read->matchers));
    if (seen.mismatches > 0) log::warn("migration: a read differs between the stores in {} series", seen.mismatches);
    const MutexLock lock(mu_);
    ++shown_.canary.reads;
    shown_.canary.mismatches += seen.mismatches;
  }
  return {};
}

Status Manager::cancel() {
  Migration next = migration();
  next.enter(State::kCancelled, options_.clock.now());
  const storage::Record ours[] = {{std::string(kRecordMigration), next.encode()},
                                  {std::string(storage::kRecordHold), std::nullopt},
                                  {std::string(storage::kRecordPaused), std::nullopt},
                                  {std::string(storage::kRecordUnits), std::nullopt}};
  TRY(router_->migratable()->put_extras(audit_of(next), ours));
  log::info("audit: migration {} is cancelled", next.id);
  const Status removed = remove_copy(next);
  end(next);
  return removed;
}

/// What cannot be removed now is a leftover: the next start to the same place removes it.
Status Manager::remove_copy(const Migration& cancelled) {
  TRY(fault::point(kFaultCancelAfterOwn));
  follower_.reset();
  if (other_ == nullptr) return {};
  TRY_ASSIGN(const std::optional<std::string> made_for, other_->migratable()->record(kRecordMadeFor));
  if (made_for != cancelled.active.instance) return {};
  {
    const WriteLock nobody_looks(look_mu_);
    const MutexLock lock(mu_);
    shown_other_.reset();
  }
  if (other_.use_count() > 1) return {};  // a read from before a switch that was given up still has it
  other_.reset();
  return options_.stores.remove(cancelled.other.url);
}

/// From here on a new migration may begin.
void Manager::end(const Migration& ended) {
  follower_.reset();
  other_.reset();
  router_->watch_reads(0);
  const MutexLock lock(mu_);
  shown_other_.reset();
  migration_ = ended;
}

Status Manager::complete() {
  // What waits on its way to the store of record was acknowledged: it is to be in both, too.
  TRY(router_->active()->settle());
  TRY(follower_->follow_to(router_->active()->migratable()->position()));
  if (follower_->at().conflicts > 0) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} samples contradict what {} holds, first {}: oreum migrate verify copies them again",
                             follower_->at().conflicts, without_password(migration().other.url),
                             follower_->at().first_conflict));
  }
  Migration next = migration();
  next.enter(State::kCompleted, options_.clock.now());
  const storage::Record ours[] = {{std::string(kRecordMigration), next.encode()},
                                  {std::string(storage::kRecordHold), std::nullopt},
                                  {std::string(storage::kRecordUnits), std::nullopt}};
  TRY(router_->migratable()->put_extras(audit_of(next), ours));
  log::info("audit: migration {} is complete: {} is the store, {} is let go", next.id,
            without_password(next.active.url), without_password(next.other.url));
  (void)fault::point(kFaultCompleteAfterOwn);
  const storage::Record theirs[] = {{std::string(kRecordMigration), next.encode()},
                                    {std::string(kRecordStream), std::nullopt},
                                    {std::string(storage::kRecordHold), std::nullopt}};
  // It is let go in any case: what it says of itself is for people.
  if (const Status told = other_->migratable()->put_records(theirs); !told) {
    log::warn("migration: {} could not be told that it is let go: {}", without_password(next.other.url),
              told.error().to_string());
  }
  (void)fault::point(kFaultCompleteAfterOther);
  end(next);
  return {};
}

}  // namespace oreum::migrate
