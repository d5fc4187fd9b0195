#include "storage/sqlite/series_block_table.h"

#include <fmt/core.h>

namespace oreum::storage {

Result<SeriesBlockTable> SeriesBlockTable::make(db::Database& db) {
  SeriesBlockTable table;
  TRY_ASSIGN(table.load_, db.prepare("SELECT first, data FROM series ORDER BY first"));
  TRY_ASSIGN(table.select_, db.prepare("SELECT data FROM series WHERE first = ?1"));
  TRY_ASSIGN(table.insert_, db.prepare("INSERT INTO series(first, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(table.erase_, db.prepare("DELETE FROM series WHERE first = ?1"));
  return table;
}

Status SeriesBlockTable::load(const Backend::Row& row) {
  for (;;) {
    TRY_ASSIGN(const bool more, load_.step());
    if (!more) return {};
    if (Status status = row(load_.column_int(0), load_.column_bytes(1)); !status) {
      load_.reset();
      return status;
    }
  }
}

Result<std::string> SeriesBlockTable::read(int64_t first) {
  TRY(select_.bind(1, first));
  TRY_ASSIGN(const bool row, select_.step());
  std::string data(row ? select_.column_bytes(0) : std::string_view());
  select_.reset();
  if (!row) return Error(Code::kDataLoss, fmt::format("the block of series {} is missing", first));
  return data;
}

Status SeriesBlockTable::insert(int64_t first, std::string_view data) {
  TRY(insert_.bind(1, first));
  TRY(insert_.bind_blob(2, data));
  return insert_.run();
}

Status SeriesBlockTable::erase(int64_t first) {
  TRY(erase_.bind(1, first));
  return erase_.run();
}

Result<std::vector<encoding::NumberedLabels>> load_series(db::Database& db) {
  TRY_ASSIGN(SeriesBlockTable table, SeriesBlockTable::make(db));
  SeriesBlockReader reader;
  TRY(table.load([&](int64_t first, std::string_view data) { return reader.add(first, data); }));
  return reader.finish();
}

}  // namespace oreum::storage
