#include "storage/sqlite/upgrade.h"

#include <fmt/core.h>

#include "encoding/chunk.h"
#include "model/labels.h"
#include "storage/columns.h"
#include "storage/pack_writer.h"
#include "storage/sqlite/pack_table.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/series_block_table.h"

namespace oreum::storage {

namespace {

Result<std::vector<encoding::NumberedLabels>> read_series(db::Database& db) {
  std::vector<encoding::NumberedLabels> all;
  TRY_ASSIGN(db::Statement select, db.prepare("SELECT ref, labels FROM series_1 ORDER BY ref"));
  for (;;) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) return all;
    all.push_back({select.column_int(0), std::string(select.column_bytes(1))});
  }
}

Status read_chunks(db::Statement& select, int64_t ref, Rows& rows) {
  Columns all;
  Columns one;
  TRY(select.bind(1, ref));
  for (;;) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) break;
    one.clear();
    if (Status status = encoding::decode_chunk(select.column_bytes(0), one.t, one.v); !status) {
      select.reset();
      return status;
    }
    merge_into(all, one);
  }
  rows.clear(1);
  rows.t = std::move(all.t);
  rows.v[0] = std::move(all.v);
  return {};
}

Status move_samples(db::Database& db, std::span<const encoding::NumberedLabels> series) {
  TRY_ASSIGN(PackTable packs, PackTable::make(db));
  TRY_ASSIGN(db::Statement select, db.prepare("SELECT data FROM chunk_1 WHERE ref = ?1 ORDER BY t_min"));
  int64_t id = 0;
  PackWriter writer({}, [&](NewPack pack) -> Status {
    pack.meta.id = ++id;
    TRY(packs.insert(pack.meta));
    return packs.insert_data(id, pack.bytes);
  });
  Rows rows;
  for (const encoding::NumberedLabels& one : series) {
    TRY(read_chunks(select, one.ref, rows));
    TRY(writer.add(one.ref, model::series_id(one.labels), rows));
  }
  return writer.finish();
}

}  // namespace

Status upgrade_from_1(db::Database& db) {
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(db));
  TRY(db.exec("ALTER TABLE series RENAME TO series_1; ALTER TABLE chunk RENAME TO chunk_1"));
  TRY(db.exec(kStoreTables));
  TRY_ASSIGN(const std::vector<encoding::NumberedLabels> series, read_series(db));
  {
    TRY_ASSIGN(SeriesBlockTable table, SeriesBlockTable::make(db));
    TRY(write_series_blocks(series, [&](int64_t first, std::string_view data) { return table.insert(first, data); }));
  }
  TRY(move_samples(db, series));
  TRY(db.exec("DROP TABLE chunk_1; DROP TABLE series_1; UPDATE meta SET value = '2' WHERE key = 'schema'"));
  return transaction.commit();
}

}  // namespace oreum::storage
