// Several stores read as one.
#pragma once

#include <memory>
#include <vector>

#include "storage/queryable.h"

namespace oreum::storage {

/// One of the stores, and what has to live as long as it is read.
struct MergedPart {
  std::shared_ptr<const void> keep;
  std::unique_ptr<Querier> querier;
};

/// All series of all parts. Where two hold a sample of the same series and time, the earlier part's counts.
std::unique_ptr<Querier> merged(std::vector<MergedPart> parts);

}  // namespace oreum::storage
