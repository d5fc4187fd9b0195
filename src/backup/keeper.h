// Keeper: makes backups when they are due or asked for, one at a time, on a thread of its own, and lets old ones go.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "backup/backup.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "config/config.h"
#include "storage/store.h"

namespace oreum::backup {

struct KeeperOptions {
  std::filesystem::path folder;
  config::BackupSchedule schedule;
  milliseconds keep{0};  // 0 keeps all
  std::string program;
};

/// The one that is being made.
struct Running {
  std::string phase;
  uint64_t done = 0;
  uint64_t all = 0;
};

struct KeeperStatus {
  std::optional<Running> running;
  std::optional<Error> failure;  // of the last one, when it failed
  std::optional<Backup> last;    // the newest good one
  uint64_t made = 0;             // since the start
  uint64_t failures = 0;         // since the start
  TimestampMs next = TimestampMs::max();
};

/// Thread-safe. Store and clock outlive it.
class Keeper {
 public:
  Keeper(storage::Store& store, const Clock& clock, KeeperOptions options);
  ~Keeper() { stop(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Asks for one now and does not wait for it. kAlreadyExists: one is being made.
  Status ask();
  /// The same, and waits for it: its name. kCancelled: the keeper stops, or `given_up` (may be null) became true; the
  /// backup is made all the same then.
  Result<std::string> make_now(const std::atomic<bool>* given_up) EXCLUDES(mu_);
  KeeperStatus status() const;
  const KeeperOptions& options() const { return options_; }
  Result<std::vector<Backup>> list() const { return list_backups(options_.folder); }
  /// Ends the one that is being made, as if it had never begun. Idempotent.
  void stop();

 private:
  void run(const std::stop_token& stop);
  /// True when one is due; false when it stops.
  bool wait_until_due(const std::stop_token& stop) EXCLUDES(mu_);
  void make(const std::stop_token& stop) EXCLUDES(mu_);
  void finish(Result<Backup> made, Origin origin) EXCLUDES(mu_);
  Status expire();
  void look_at_folder() EXCLUDES(mu_);

  storage::Store& store_;
  const Clock& clock_;
  const KeeperOptions options_;
  const TimestampMs started_;

  mutable Mutex mu_;
  CondVar wake_;
  CondVar finished_;
  KeeperStatus status_ GUARDED_BY(mu_);
  bool asked_ GUARDED_BY(mu_) = false;
  Origin origin_ GUARDED_BY(mu_) = Origin::kSchedule;  // of the one that is being made
  std::jthread thread_;
};

}  // namespace oreum::backup
