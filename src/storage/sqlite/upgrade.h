// From older schemas to the present one.
#pragma once

#include "db/sqlite.h"

namespace oreum::storage {

/// Schema 1 had a row for each series and for each chunk. One transaction: all of it or nothing.
Status upgrade_from_1(db::Database& db);

}  // namespace oreum::storage
