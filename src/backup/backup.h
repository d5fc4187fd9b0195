// Making, verifying and restoring one backup.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "backup/folder.h"
#include "base/clock.h"
#include "storage/store.h"

namespace oreum::backup {

/// What is being done ("copying", "reading back" …), and how far it is, in bytes. An error cancels.
using Progress = std::function<Status(std::string_view phase, uint64_t done, uint64_t all)>;

struct MakeOptions {
  std::filesystem::path folder;  // made when missing
  Origin origin = Origin::kHand;
  std::string program;
};

/// Copies the store while it works, reads all of the copy back, and only then gives it its name. kAlreadyExists:
/// another is being made. kResourceExhausted: no room. An error leaves nothing that counts.
Result<Backup> make_backup(storage::Store& store, const Clock& clock, const MakeOptions& options,
                           const Progress& progress);

/// Reads and decodes everything, and compares it with the manifest. kDataLoss says what differs.
Result<Backup> verify_backup(const std::filesystem::path& path, const Progress& progress);

/// kDataLoss when what was found is not what a manifest says.
Status compare_content(const storage::StoreSummary& found, const storage::StoreSummary& expected,
                       const std::filesystem::path& path);

struct RestoreOptions {
  std::filesystem::path backup;
  std::filesystem::path data;  // made when missing
  bool force = false;          // a store that is there is moved aside
};

struct Restored {
  Manifest manifest;
  std::filesystem::path aside;  // where the store that was there is now; empty: there was none
};

/// Copies the backup into the data folder and decodes everything there, before it takes the place of what was there.
/// kAlreadyExists: a store is there, and `force` was not said. kUnavailable: an Oreum runs on it.
Result<Restored> restore_backup(const RestoreOptions& options, const Clock& clock, const Progress& progress);

}  // namespace oreum::backup
