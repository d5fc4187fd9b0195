#include "storage/sqlite/rolled_table.h"

namespace oreum::storage {

Result<RolledTable> RolledTable::make(db::Database& db) {
  RolledTable table;
  TRY_ASSIGN(table.load_, db.prepare("SELECT day, digest, cut, made FROM rolled"));
  TRY_ASSIGN(table.set_, db.prepare("INSERT OR REPLACE INTO rolled(day, digest, cut, made) VALUES(?1, ?2, ?3, ?4)"));
  TRY_ASSIGN(table.erase_, db.prepare("DELETE FROM rolled WHERE day = ?1"));
  return table;
}

Result<Catalog::Days> RolledTable::load() {
  Catalog::Days days;
  for (;;) {
    TRY_ASSIGN(const bool row, load_.step());
    if (!row) return days;
    days[load_.column_int(0)] = {.digest = static_cast<uint64_t>(load_.column_int(1)),
                                 .cut = load_.column_int(2),
                                 .made = static_cast<uint8_t>(load_.column_int(3))};
  }
}

Status RolledTable::set(int64_t day, const Rolled& rolled) {
  TRY(set_.bind(1, day));
  TRY(set_.bind(2, static_cast<int64_t>(rolled.digest)));
  TRY(set_.bind(3, rolled.cut));
  TRY(set_.bind(4, rolled.made));
  return set_.run();
}

Status RolledTable::erase(int64_t day) {
  TRY(erase_.bind(1, day));
  return erase_.run();
}

}  // namespace oreum::storage
