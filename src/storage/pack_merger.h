// Reads packs side by side, series by series.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "encoding/pack.h"
#include "storage/catalog.h"
#include "storage/rows.h"

namespace oreum::storage {

using LoadPack = std::function<Result<std::shared_ptr<const encoding::Pack>>(const PackMeta&)>;

/// Goes through the series of packs, refs rising, with the rows of each of all packs in the order of time. Only packs
/// around the present ref are in memory. Not thread-safe.
class PackMerger {
 public:
  PackMerger(std::span<const PackPtr> packs, LoadPack load);
  ~PackMerger();
  PackMerger(PackMerger&&) noexcept;
  PackMerger& operator=(PackMerger&&) = delete;

  /// Of the next series; none at the end.
  std::optional<int64_t> ref() const;
  /// Reads the rows of the next series and goes on to the one after it. After an error there is no going on; damage
  /// names the pack's id in `damaged`.
  Status read(Rows& rows, int64_t& damaged);

 private:
  struct Source;
  const LoadPack load_;
  size_t fields_ = 0;
  std::vector<Source> sources_;
  std::vector<Source*> heap_;  // the least ref on top, and of one ref the earliest pack
};

/// Calls f(ref, rows) for each series of the packs. Stops at the first error.
Status merge_packs(std::span<const PackPtr> packs, const LoadPack& load, int64_t& damaged,
                   const std::function<Status(int64_t, Rows&)>& f);

}  // namespace oreum::storage
