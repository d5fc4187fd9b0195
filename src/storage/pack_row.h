// A row of table pack, as any database has it.
#pragma once

#include <string_view>

#include "base/result.h"
#include "storage/catalog.h"

namespace oreum::storage {

/// The columns, in the order of docs/formats/sqlite-schema.md, `refs` last.
struct PackRow {
  int64_t id = 0;
  int64_t resolution = 0;
  int64_t level = 0;
  int64_t t_min = 0;
  int64_t t_max = 0;
  int64_t samples = 0;
  int64_t bytes = 0;
  int64_t digest = 0;
  std::string_view refs;
};

/// kDataLoss when it says what no pack is.
Result<PackPtr> pack_of_row(const PackRow& row);

}  // namespace oreum::storage
