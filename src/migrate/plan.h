// The checks before a migration, and how long it would take.
#pragma once

#include <cstdint>
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
  std::optional<uint64_t> free_bytes;
  milliseconds estimate{0};
  std::vector<std::string> obstacles;  // each with what to do; empty: it can begin

  std::string to_json() const;
};

/// Changes nothing; a target that is not there is not made.
Result<Plan> make_plan(storage::Store& from, const std::string& from_url, const std::string& to, const Stores& stores);

/// What keeps an opened target from being used, or nothing. `again`: it is a leftover of a migration from this store
/// that may be removed.
struct Fitness {
  std::string obstacle;
  bool leftover = false;
};
Result<Fitness> fitness(storage::Store& from, storage::Store& to, const std::string& to_url);

}  // namespace oreum::migrate
