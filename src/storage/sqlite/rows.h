// The rows of a store in SQLite, read from outside.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/store_rows.h"

namespace oreum::storage {

/// One read transaction: all tables as of one moment. kNotFound: there is no store in the folder.
Result<std::unique_ptr<StoreRows>> read_sqlite_rows(const std::filesystem::path& folder);

}  // namespace oreum::storage
