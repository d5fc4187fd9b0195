// What a store holds, in numbers that do not depend on how it holds it: two stores with the same summary have the
// same samples.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace oreum::storage {

/// Of the packs of one resolution.
struct PackSummary {
  uint64_t packs = 0;
  uint64_t samples = 0;  // of a rollup: buckets
  uint64_t digest = 0;   // sum of pack_digest, see storage/pack_writer.h
  bool operator==(const PackSummary&) const = default;
};

struct StoreSummary {
  std::string instance_id;
  int64_t schema = 0;
  uint64_t series = 0;
  uint64_t journal_rows = 0;
  uint64_t journal_samples = 0;
  uint64_t journal_digest = 0;             // over its samples, weighted as in packs
  std::array<PackSummary, 3> packs;        // by Resolution
  TimestampMs t_min = TimestampMs::max();  // of raw samples
  TimestampMs t_max = TimestampMs::min();
  bool operator==(const StoreSummary&) const = default;

  /// Of raw samples: in packs and journal, each once. Sealing and compaction change neither.
  uint64_t samples() const { return packs[0].samples + journal_samples; }
  uint64_t digest() const { return packs[0].digest + journal_digest; }
};

/// Told of bytes done and bytes in all; an error ends the work with it.
using CopyProgress = std::function<Status(uint64_t done, uint64_t all)>;

}  // namespace oreum::storage
