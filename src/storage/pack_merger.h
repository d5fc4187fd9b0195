// Reads packs side by side, series by series.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "encoding/pack.h"
#include "storage/catalog.h"
#include "storage/rows.h"

namespace oreum::storage {

using LoadPack = std::function<Result<std::shared_ptr<const encoding::Pack>>(const PackMeta&)>;

/// Calls f(ref, rows) for each series of the packs, refs rising, with its rows of all of them in the order of time.
/// Only packs around the present ref are in memory. Stops at the first error; damage names the pack's id in `damaged`.
Status merge_packs(std::span<const PackPtr> packs, const LoadPack& load, int64_t& damaged,
                   const std::function<Status(int64_t, Rows&)>& f);

}  // namespace oreum::storage
