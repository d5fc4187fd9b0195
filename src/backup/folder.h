// A folder of backups: what is in it, and what may be deleted from it. docs/formats/backup.md.
//
// A backup is a folder named oreum-<time>, whole from the moment it has that name. What is being made or deleted has
// another name, and counts for nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "base/file.h"

namespace oreum::backup {

struct Backup {
  std::string name;
  std::filesystem::path path;
  Manifest manifest;            // empty when it is damaged
  std::optional<Error> damage;  // as far as a look without reading it all tells
};

/// Oldest first. A folder that is not there has none.
Result<std::vector<Backup>> list_backups(const std::filesystem::path& folder);

/// One by its folder. kNotFound, kDataLoss or kFailedPrecondition when it is not a good one.
Result<Backup> open_backup(const std::filesystem::path& path);

/// A path as given, or the name of one in `folder`.
std::filesystem::path find_backup(const std::filesystem::path& folder, const std::string& name_or_path);

inline constexpr std::string_view kNamePrefix = "oreum-";

/// "oreum-20261123T031500Z".
std::string backup_name(TimestampMs t);
bool is_backup_name(std::string_view name);

/// One maker at a time in a folder.
Result<LockFile> lock_folder(const std::filesystem::path& folder);

/// Where a backup is made before it is whole; of an instance, so that it is known again after a crash.
std::filesystem::path unfinished_path(const std::filesystem::path& folder, const std::string& name,
                                      const std::string& instance_id);

/// Deletes what this instance left unfinished. Under the folder's lock.
Status delete_unfinished(const std::filesystem::path& folder, const std::string& instance_id);

/// Deletes scheduled backups of this instance from before `horizon`, but never the newest whole one; answers their
/// names. Only files that a backup has are deleted, and the folder if nothing else is in it. Under the folder's lock.
Result<std::vector<std::string>> delete_expired(const std::filesystem::path& folder, const std::string& instance_id,
                                                TimestampMs horizon);

}  // namespace oreum::backup
