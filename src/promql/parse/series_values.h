// How scripts and rule tests write a series' samples: `1+2x3 _ stale`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace oreum::promql {

/// One value a step; nullopt where there is none.
using SeriesValues = std::vector<std::optional<double>>;

/// Values divided by blanks: `5`, `1+2x3` (1 3 5 7), `7-2x2` (7 5 3), `4x2` (4 4 4), `_` and `_x3` (none), `stale`.
/// kInvalidArgument; `{{…}}` is a native histogram, which there are none of yet.
Result<SeriesValues> parse_series_values(std::string_view text);

struct SeriesLine {
  model::Labels labels;
  SeriesValues values;
};

/// `up{job="a"} 1x5`.
Result<SeriesLine> parse_series_line(std::string_view text);

}  // namespace oreum::promql
