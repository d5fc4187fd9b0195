// The tables pack (the catalog) and pack_data (the bytes), for the writing connection. docs/formats/sqlite-schema.md.
#pragma once

#include <string_view>
#include <vector>

#include "db/sqlite.h"
#include "storage/catalog.h"

namespace oreum::storage {

/// Not thread-safe; must not outlive the database. All but load() and orphans() run inside the caller's transaction.
class PackTable {
 public:
  static Result<PackTable> make(db::Database& db);

  /// Every row. kDataLoss names a damaged one.
  Result<std::vector<PackPtr>> load();
  /// Ids below `before` in pack_data that pack does not have: what a crash left behind.
  Result<std::vector<int64_t>> orphans(int64_t before);
  /// The highest id of both tables.
  Result<int64_t> last_id();

  Status insert(const PackMeta& meta);
  Status erase(int64_t id);
  Status insert_data(int64_t id, std::string_view bytes);
  /// Does nothing while table pack has the id.
  Status erase_data(int64_t id);

 private:
  db::Statement load_, orphans_, last_id_, insert_, erase_, insert_data_, erase_data_;
};

}  // namespace oreum::storage
