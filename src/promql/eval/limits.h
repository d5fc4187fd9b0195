// What queries may use, and how the engine is set.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace oreum::promql {

/// Of one query. Exceeding one is kResourceExhausted and names the limit.
struct Limits {
  uint64_t samples = 200'000'000;  // read from the store, or made by a subquery
  uint64_t series = 500'000;       // read from the store
  uint64_t points = 50'000'000;    // of the answer, and of what operators keep on the way
};

/// Of a query that is answered on a thread that must not wait: it takes a hundred microseconds at most.
inline constexpr Limits kAtHand{.samples = 8'192, .series = 16, .points = 1'024};

struct EngineOptions {
  Limits limits;
  milliseconds look_back{300'000};     // how long a sample counts
  milliseconds subquery_step{60'000};  // of [1h:]
  milliseconds slow{2'000};            // queries that take longer are logged
  bool experimental = true;            // what Prometheus has behind flags, delayed name removal included
  size_t parsed_queries = 500;         // kept
};

}  // namespace oreum::promql
