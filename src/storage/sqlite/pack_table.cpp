#include "storage/sqlite/pack_table.h"

#include "storage/pack_row.h"

namespace oreum::storage {

Result<PackTable> PackTable::make(db::Database& db) {
  PackTable table;
  TRY_ASSIGN(table.load_,
             db.prepare("SELECT id, resolution, level, t_min, t_max, samples, bytes, digest, refs FROM pack"));
  TRY_ASSIGN(table.orphans_, db.prepare("SELECT id FROM pack_data WHERE id < ?1 AND id NOT IN (SELECT id FROM pack)"));
  TRY_ASSIGN(table.last_id_, db.prepare("SELECT max(ifnull((SELECT max(id) FROM pack), 0), "
                                        "ifnull((SELECT max(id) FROM pack_data), 0))"));
  TRY_ASSIGN(table.insert_,
             db.prepare("INSERT INTO pack(id, resolution, level, t_min, t_max, samples, bytes, digest, refs) "
                        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  TRY_ASSIGN(table.erase_, db.prepare("DELETE FROM pack WHERE id = ?1"));
  TRY_ASSIGN(table.insert_data_, db.prepare("INSERT INTO pack_data(id, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(table.erase_data_, db.prepare("DELETE FROM pack_data WHERE id = ?1 AND id NOT IN (SELECT id FROM pack)"));
  return table;
}

Result<std::vector<PackPtr>> PackTable::load() {
  std::vector<PackPtr> packs;
  for (;;) {
    TRY_ASSIGN(const bool row, load_.step());
    if (!row) return packs;
    Result<PackPtr> pack = pack_of_row({load_.column_int(0), load_.column_int(1), load_.column_int(2),
                                        load_.column_int(3), load_.column_int(4), load_.column_int(5),
                                        load_.column_int(6), load_.column_int(7), load_.column_bytes(8)});
    if (!pack) {
      load_.reset();
      return std::move(pack).error();
    }
    packs.push_back(std::move(*pack));
  }
}

Result<std::vector<int64_t>> PackTable::orphans(int64_t before) {
  std::vector<int64_t> ids;
  TRY(orphans_.bind(1, before));
  for (;;) {
    TRY_ASSIGN(const bool row, orphans_.step());
    if (!row) return ids;
    ids.push_back(orphans_.column_int(0));
  }
}

Result<int64_t> PackTable::last_id() {
  TRY_ASSIGN(const bool row, last_id_.step());
  const int64_t id = row ? last_id_.column_int(0) : 0;
  last_id_.reset();
  return id;
}

Status PackTable::insert(const PackMeta& meta) {
  const std::string refs = meta.refs.encode();
  TRY(insert_.bind(1, meta.id));
  TRY(insert_.bind(2, static_cast<int64_t>(meta.resolution)));
  TRY(insert_.bind(3, meta.level));
  TRY(insert_.bind(4, meta.t_min));
  TRY(insert_.bind(5, meta.t_max));
  TRY(insert_.bind(6, static_cast<int64_t>(meta.samples)));
  TRY(insert_.bind(7, static_cast<int64_t>(meta.bytes)));
  TRY(insert_.bind(8, static_cast<int64_t>(meta.digest)));
  TRY(insert_.bind_blob(9, refs));
  return insert_.run();
}

Status PackTable::erase(int64_t id) {
  TRY(erase_.bind(1, id));
  return erase_.run();
}

Status PackTable::insert_data(int64_t id, std::string_view bytes) {
  TRY(insert_data_.bind(1, id));
  TRY(insert_data_.bind_blob(2, bytes));
  return insert_data_.run();
}

Status PackTable::erase_data(int64_t id) {
  TRY(erase_data_.bind(1, id));
  return erase_data_.run();
}

}  // namespace oreum::storage
