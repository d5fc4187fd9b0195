// The rows of a store in PostgreSQL, read from outside.
#pragma once

#include <memory>
#include <string>

#include "storage/store_rows.h"

namespace oreum::storage {

/// Needs to be allowed to read the schema only. kNotFound: there is no store in it.
Result<std::unique_ptr<StoreRows>> read_postgres_rows(const std::string& address, const std::string& schema);

}  // namespace oreum::storage
