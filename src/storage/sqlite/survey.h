// Surveying a database file that nobody writes: everything is decoded and counted.
#pragma once

#include <filesystem>

#include "storage/summary.h"

namespace oreum::storage {

/// Decodes every series, pack and journal row. kDataLoss names what is damaged, missing, or not what its row says.
/// Nothing is written, not even beside the file.
Result<StoreSummary> survey_database(const std::filesystem::path& file, const CopyProgress& progress);

}  // namespace oreum::storage
