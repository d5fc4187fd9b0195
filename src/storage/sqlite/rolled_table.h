// The table rolled: of which days there are rollups, for the writing connection. docs/formats/sqlite-schema.md.
#pragma once

#include "db/sqlite.h"
#include "storage/catalog.h"

namespace oreum::storage {

/// Not thread-safe; must not outlive the database. All but load() run inside the caller's transaction.
class RolledTable {
 public:
  static Result<RolledTable> make(db::Database& db);

  Result<Catalog::Days> load();
  Status set(int64_t day, const Rolled& rolled);
  Status erase(int64_t day);

 private:
  db::Statement load_, set_, erase_;
};

}  // namespace oreum::storage
