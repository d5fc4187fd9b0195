// The checks before a migration, and how long it would take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "migrate/stores.h"
#include "storage/store.h"

namespace oreum::migrate {

struct Plan {
  std::string from;
  std::string to;
  uint64_t series = 0;
  uint64_t samples = 0;
  uint64_t packs = 0;
  uint64_t bytes = 0;  // of the source
  bool target_there = false;
  // Room, where it can be told, and how much is wanted: here for what is written while it is copied.
  std::optional<uint64_t> free_bytes;
  uint64_t wanted_bytes = 0;
  std::optional<uint64_t> source_free_bytes;
  uint64_t source_wanted_bytes = 0;
  std::optional<milliseconds> clock_ahead;  // of the target's machine, where it may be another
  milliseconds estimate{0};
  bool measured = false;               // the estimate, by a short trial
  std::vector<std::string> obstacles;  // each with what to do; empty: it can begin

  std::string to_json() const;
};

/// What is asked of a plan.
struct PlanFor {
  storage::Store& from;
  std::string from_url;
  std::string to;
  const Stores& stores;
  const Clock& clock;
  bool with_trial = true;  // how long it takes, by a short trial
};

/// Changes nothing; a target that is not there is not made.
Result<Plan> make_plan(const PlanFor& asked);

/// What keeps an opened target from being used, or nothing. `again`: it is a leftover of a migration from this store
/// that may be removed.
struct Fitness {
  std::string obstacle;
  bool leftover = false;
};
Result<Fitness> fitness(storage::Store& from, storage::Store& to, const std::string& to_url);

}  // namespace oreum::migrate
