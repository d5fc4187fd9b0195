// The manifest of a backup: what is in it, and how to know that it is still that. docs/formats/backup.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "storage/summary.h"

namespace oreum::backup {

inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kDatabaseName = "oreum.db";

struct FileEntry {
  std::string name;  // in the backup's folder
  uint64_t bytes = 0;
  std::string checksum;  // XXH3, 128 bits, as hex
};

/// Who wanted it. Retention deletes only what the schedule made.
enum class Origin { kSchedule, kHand };

struct Manifest {
  std::string program;  // "0.1.0": the version that made it
  Origin origin = Origin::kHand;
  TimestampMs created{};  // the moment that it shows
  milliseconds took{};
  storage::StoreSummary content;
  std::vector<FileEntry> files;

  uint64_t bytes() const;
};

std::string to_json(const Manifest& manifest);
/// kDataLoss says what is wrong with it; kFailedPrecondition: of a newer version.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace oreum::backup
