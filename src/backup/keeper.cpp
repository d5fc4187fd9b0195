#include "backup/keeper.h"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "backup/schedule.h"
#include "base/log.h"

namespace oreum::backup {

namespace {

constexpr milliseconds kRetry{3'600'000};
// The wall clock may be set, and a machine may sleep, so how long it is till then is looked at again now and then.
constexpr milliseconds kLookAgain{60'000};

}  // namespace

Keeper::Keeper(storage::Store& store, const Clock& clock, KeeperOptions options)
    : store_(store), clock_(clock), options_(std::move(options)), started_(clock.now()) {
  look_at_folder();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Keeper::look_at_folder() {
  std::optional<Backup> newest;
  std::optional<TimestampMs> scheduled;
  Result<std::vector<Backup>> all = list();
  if (!all) log::warn("looking for backups: {}", all.error().to_string());
  if (all) {
    for (Backup& backup : *all) {
      const Manifest& manifest = backup.manifest;
      if (backup.damage || manifest.content.instance_id != store_.instance_id()) continue;
      // From the future: the clock was set back, and nobody should wait until it is there again.
      if (manifest.origin == Origin::kSchedule && manifest.created <= started_) scheduled = manifest.created;
      newest = std::move(backup);
    }
  }
  const MutexLock lock(mu_);
  status_.last = std::move(newest);
  status_.next = next_due(options_.schedule, scheduled, started_);
}

Status Keeper::ask() {
  const MutexLock lock(mu_);
  if (asked_ || status_.running) return Error(Code::kAlreadyExists, "a backup is being made now");
  asked_ = true;
  status_.running = Running{"waiting", 0, 0};
  wake_.notify_all();
  return {};
}

Result<std::string> Keeper::make_now(const std::atomic<bool>* given_up) {
  constexpr milliseconds kLook{250};  // how soon it is seen that nobody waits any more
  uint64_t before = 0;
  {
    const MutexLock lock(mu_);
    before = status_.made + status_.failures;
  }
  TRY(ask());
  const MutexLock lock(mu_);
  while (status_.made + status_.failures == before) {
    if (thread_.get_stop_token().stop_requested()) return Error(Code::kCancelled, "Oreum is stopping");
    if (given_up != nullptr && given_up->load()) return Error(Code::kCancelled, "the client is gone");
    finished_.wait_until(mu_, Monotonic::now() + kLook);
  }
  if (status_.failure) return *status_.failure;
  return status_.last->name;
}

KeeperStatus Keeper::status() const {
  const MutexLock lock(mu_);
  return status_;
}

void Keeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    const MutexLock lock(mu_);
    wake_.notify_all();
  }
  thread_.join();
}

void Keeper::run(const std::stop_token& stop) {
  while (wait_until_due(stop)) make(stop);
}

bool Keeper::wait_until_due(const std::stop_token& stop) {
  const MutexLock lock(mu_);
  for (;;) {
    if (stop.stop_requested()) return false;
    const TimestampMs now = clock_.now();
    if (asked_ || now >= status_.next) {
      origin_ = asked_ ? Origin::kHand : Origin::kSchedule;
      asked_ = false;
      status_.running = Running{"waiting", 0, 0};
      return true;
    }
    const milliseconds left = status_.next == TimestampMs::max() ? kLookAgain : status_.next - now;
    wake_.wait_until(mu_, Monotonic::now() + std::min(left, kLookAgain));
  }
}

void Keeper::make(const std::stop_token& stop) {
  MakeOptions options{options_.folder, Origin::kHand, options_.program};
  {
    const MutexLock lock(mu_);
    options.origin = origin_;
  }
  auto made = make_backup(store_, clock_, options, [&](std::string_view phase, uint64_t done, uint64_t all) -> Status {
    if (stop.stop_requested()) return Error(Code::kCancelled, "Oreum is stopping");
    const MutexLock lock(mu_);
    status_.running = Running{std::string(phase), done, all};
    return {};
  });
  finish(std::move(made), options.origin);
}

void Keeper::finish(Result<Backup> made, Origin origin) {
  // Nobody needs to be told again each night that a server's database is backed up by the server's own tools.
  const bool not_ours = !made && made.error().code() == Code::kUnimplemented && origin == Origin::kSchedule;
  if (not_ours) {
    log::info("no scheduled backup: {}", made.error().to_string());
  } else if (made) {
    log::info("backup {} of {} samples made in {}", made->name, made->manifest.content.samples(),
              format_duration(made->manifest.took));
  } else if (made.error().code() != Code::kCancelled) {
    log::error("{}", made.error().to_string());
  }
  if (made && options_.keep.count() > 0) {
    if (const Status expired = expire(); !expired) log::error("deleting old backups: {}", expired.error().to_string());
  }
  const MutexLock lock(mu_);
  finished_.notify_all();
  status_.running.reset();
  const TimestampMs now = clock_.now();
  if (not_ours) {
    status_.next = next_due(options_.schedule, now, started_);
  } else if (made) {
    ++status_.made;
    status_.failure.reset();
    if (origin == Origin::kSchedule) status_.next = next_due(options_.schedule, now, started_);
    status_.last = std::move(*made);
  } else {
    ++status_.failures;
    status_.failure = std::move(made).error();
    if (origin == Origin::kSchedule) status_.next = now + kRetry;
  }
}

Status Keeper::expire() {
  TRY_ASSIGN(const LockFile lock, lock_folder(options_.folder));
  TRY_ASSIGN(const std::vector<std::string> gone,
             delete_expired(options_.folder, store_.instance_id(), clock_.now() - options_.keep));
  if (!gone.empty()) {
    log::info("deleted backups older than {}: {}", format_duration(options_.keep), fmt::join(gone, ", "));
  }
  return {};
}

}  // namespace oreum::backup
