#include "storage/pack_row.h"

#include <fmt/core.h>

namespace oreum::storage {

Result<PackPtr> pack_of_row(const PackRow& row) {
  const Error damaged(Code::kDataLoss, fmt::format("row {} of table pack is damaged", row.id));
  if (row.resolution < 0 || row.resolution > static_cast<int64_t>(Resolution::kHour)) return damaged;
  auto meta = std::make_shared<PackMeta>();
  meta->id = row.id;
  meta->resolution = static_cast<Resolution>(row.resolution);
  meta->level = static_cast<uint8_t>(row.level);
  meta->t_min = row.t_min;
  meta->t_max = row.t_max;
  meta->samples = static_cast<uint64_t>(row.samples);
  meta->bytes = static_cast<uint64_t>(row.bytes);
  meta->digest = static_cast<uint64_t>(row.digest);
  Result<RefRuns> refs = RefRuns::decode(row.refs);
  if (!refs || meta->t_min > meta->t_max) return damaged;
  if (window_of(meta->resolution, meta->t_min) != window_of(meta->resolution, meta->t_max)) return damaged;
  meta->refs = std::move(*refs);
  return meta;
}

}  // namespace oreum::storage
