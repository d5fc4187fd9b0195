#include "storage/postgres/reading.h"

#include <fmt/core.h>

#include "storage/pack_row.h"
#include "storage/postgres/writing.h"

namespace oreum::storage {

Result<std::vector<PackPtr>> packs_of(const db::PgRows& rows) {
  std::vector<PackPtr> packs;
  packs.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(PackPtr pack, pack_of_row({rows.integer(i, 0), rows.integer(i, 1), rows.integer(i, 2),
                                          rows.integer(i, 3), rows.integer(i, 4), rows.integer(i, 5),
                                          rows.integer(i, 6), rows.integer(i, 7), rows.bytes(i, 8)}));
    packs.push_back(std::move(pack));
  }
  return packs;
}

Result<db::PgRows> select_pack(const PackMeta& meta, const PgAsk& ask) {
  TRY_ASSIGN(db::PgRows rows, ask("SELECT data FROM pack_data WHERE day = $1 AND id = $2",
                                  {day_of(Backend::PackKey::of(meta)), meta.id}));
  if (rows.size() > 0) return rows;
  TRY_ASSIGN(const db::PgRows known, ask("SELECT count(*) FROM pack WHERE id = $1", {meta.id}));
  if (known.integer(0, 0) == 0) {
    return Error(Code::kUnavailable, fmt::format("pack {} was deleted while it was read: ask again", meta.id));
  }
  return Error(Code::kDataLoss, "its bytes are missing");
}

}  // namespace oreum::storage
