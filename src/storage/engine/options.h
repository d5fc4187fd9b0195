// What is to be said of a store, whatever database it is in.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/clock.h"
#include "storage/compaction.h"
#include "storage/rollup.h"
#include "storage/store.h"

namespace oreum::storage {

struct EngineOptions {
  std::filesystem::path folder;  // made when missing
  const Clock& clock;            // outlives the store
  Retention retention;
  size_t max_series = 1'000'000;
  size_t max_series_per_metric = SIZE_MAX;
  /// A seal is due when a series holds this many samples in memory …
  uint32_t chunk_samples = 240;
  /// … or the journal this many bytes (at four times as many, append waits for the seal) …
  uint64_t journal_bytes = 8'000'000;
  /// … or its oldest row is so old.
  milliseconds seal_age{2LL * 3'600'000};
  /// How often retention runs and ages are looked at.
  milliseconds maintenance_interval{60'000};
  /// When packs are put together.
  CompactionPolicy compaction;
  /// When a day's rollups are made.
  RollupPolicy rollup;
  /// Packs kept in memory for queries.
  size_t cache_bytes = 64'000'000;
  /// Seals, compaction, rollups and retention by threads of the store's own; without, only when called.
  bool background = true;
  /// How often the store looks for what other processes have written to it.
  milliseconds refresh_interval{500};
  /// How long packs that were put together or dropped stay for queries of other processes.
  milliseconds grace{300'000};
  /// A bound for SQLite's file, in pages of 4 KiB; 0: none. Tests fill a disk with it.
  uint64_t max_pages = 0;
};

}  // namespace oreum::storage
