// How long a migration takes: a short trial of what it does most, writing there and reading here, and a sum.
#pragma once

#include <string>

#include "base/clock.h"
#include "migrate/stores.h"
#include "storage/store.h"

namespace oreum::migrate {

struct Estimate {
  milliseconds time{0};
  bool measured = false;  // else by what usual machines do, as the trial was not possible
};

/// Takes a fraction of a second and changes nothing. `stats` are those of `from`.
Estimate estimate(const storage::Store& from, const storage::StoreStats& stats, const std::string& to,
                  const Stores& stores);

}  // namespace oreum::migrate
