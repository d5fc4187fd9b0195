#include "storage/sqlite/chunk_table.h"

#include <fmt/core.h>

#include "encoding/chunk.h"
#include "storage/columns.h"

namespace oreum::storage {

Result<ChunkReader> ChunkReader::make(db::Database& db) {
  TRY_ASSIGN(db::Statement select,
             db.prepare("SELECT t_min, t_max, n, data FROM chunk WHERE ref = ?1 AND t_max >= ?2 AND t_min <= ?3 "
                        "ORDER BY t_max"));
  return ChunkReader(std::move(select));
}

Status ChunkReader::read(int64_t ref, const model::Labels& labels, TimestampMs t_min, TimestampMs t_max, Columns& out) {
  TRY(select_.bind(1, ref));
  TRY(select_.bind(2, t_min.ms));
  TRY(select_.bind(3, t_max.ms));
  for (;;) {
    TRY_ASSIGN(const bool row, select_.step());
    if (!row) return {};
    const TimestampMs from{select_.column_int(0)};
    const TimestampMs to{select_.column_int(1)};
    scratch_.clear();
    Status status = encoding::decode_chunk(select_.column_bytes(3), scratch_.t, scratch_.v);
    if (status && (scratch_.t.front() != from.ms || scratch_.t.back() != to.ms ||
                   static_cast<int64_t>(scratch_.t.size()) != select_.column_int(2))) {
      status = Error(Code::kDataLoss, "damaged chunk: it is not the one its row names");
    }
    if (!status) {
      select_.reset();
      return std::move(status).error().wrap(
          fmt::format("reading {} from {} to {}", labels.to_string(), format_rfc3339(from), format_rfc3339(to)));
    }
    merge_into(out, scratch_);
  }
}

}  // namespace oreum::storage
