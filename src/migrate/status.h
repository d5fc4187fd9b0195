// What can be known of a migration from outside, as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "migrate/record.h"
#include "migrate/rehearsal.h"
#include "storage/store.h"

namespace oreum::migrate {

/// A store, to be seen beside the other.
struct StoreView {
  std::string kind;
  storage::StoreStats stats;
};

struct CanaryStats {
  unsigned percent = 0;
  uint64_t reads = 0;       // asked of both stores
  uint64_t mismatches = 0;  // series that differed
};

struct MigrationStatus {
  std::optional<Migration> migration;  // none: there never was one
  Side self;                           // the store that is served from
  Stream stream;
  uint64_t all_units = 0;
  uint64_t all_bytes = 0;
  uint64_t all_samples = 0;
  int64_t lag_rows = 0;
  double bytes_per_second = 0;  // of copying, lately
  std::optional<milliseconds> left;
  uint64_t limit = 0;  // bytes a second; 0: none
  bool paused = false;
  uint64_t windows = 0;  // of the comparison under way
  uint64_t all_windows = 0;
  std::vector<std::string> findings;  // of the last comparison
  CanaryStats canary;
  std::string problem;                       // what keeps it from going on; empty: nothing
  std::string asked;                         // the command that is being done; empty: none
  std::string refused;                       // why the last command was not done; empty: it was
  uint64_t commands = 0;                     // done or refused since the start
  uint64_t gone_along = 0;                   // switches of another process since the start
  std::optional<RehearsalReport> rehearsal;  // the last one since the start
  std::optional<StoreView> active;
  std::optional<StoreView> other;

  /// What may be asked for now, by the names of /api/v1/migrations/{action}; "start" where a migration may begin.
  std::vector<std::string_view> possible() const;
  std::string to_json() const;
};

}  // namespace oreum::migrate
