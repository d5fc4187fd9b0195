// Waiting for the disk.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace oreum {

/// What was written to the file, or the names in a folder, is on the disk when it returns.
Status sync_path(const std::filesystem::path& path);

}  // namespace oreum
