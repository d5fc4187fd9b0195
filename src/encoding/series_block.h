// Series blocks: label sets with the numbers a store knows them by, compressed together. docs/formats/series-block.md
// holds the layout.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oreum::encoding {

struct NumberedLabels {
  int64_t ref = 0;
  std::string labels;  // canonical encoding, see model::Labels
};

/// Refs rise and are not negative.
std::string encode_series_block(std::span<const NumberedLabels> series);

/// Appends what a block holds. kDataLoss when it is damaged; `out` is then as before. Whether the label sets are
/// canonical is for the caller to check.
Status decode_series_block(std::string_view bytes, std::vector<NumberedLabels>& out);

}  // namespace oreum::encoding
