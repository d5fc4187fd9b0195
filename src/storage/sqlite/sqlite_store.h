// The store of level 1: journal, head and packs of compressed chunks in one SQLite database. docs/formats/ holds the
// layouts.
#pragma once

#include <memory>

#include "base/result.h"
#include "storage/backend.h"
#include "storage/engine/options.h"
#include "storage/store.h"

namespace oreum::storage {

/// The folder holds the database.
using SqliteOptions = EngineOptions;

class SqliteStore {
 public:
  /// Opens or makes <folder>/oreum.db and replays its journal. kUnavailable: another Oreum holds the folder (names its
  /// pid). kDataLoss: damaged, says how to restore. kFailedPrecondition: written by a newer version, or not ours.
  static Result<std::unique_ptr<Store>> open(const SqliteOptions& options);
  /// The database alone, for an engine.
  static Result<std::unique_ptr<Backend>> open_backend(const SqliteOptions& options);
};

}  // namespace oreum::storage
