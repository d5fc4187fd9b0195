// Checksums of files.
#pragma once

#include <filesystem>
#include <functional>

#include "backup/manifest.h"
#include "base/file.h"

namespace oreum::backup {

/// Size and checksum of a file.
Result<FileEntry> describe_file(const std::filesystem::path& file);

/// The same of what it copies to a new file, which is synced as it grows.
Result<FileEntry> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                            const storage::CopyProgress& progress);

/// kDataLoss when the file in the folder `path` is not the one that was expected.
Status compare_file(const FileEntry& found, const FileEntry& expected, const std::filesystem::path& path);

}  // namespace oreum::backup
