// The JSON values of older databases as samples: which number becomes which series. The rules are a table in
// legacy_value.cpp, described in docs/import-export.md.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace oreum::transfer {

struct LegacySample {
  std::string metric;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

/// All numbers and booleans of one row's value. The error is the reason for which the row cannot be used: no JSON, no
/// number in it.
Result<std::vector<LegacySample>> read_legacy_value(std::string_view metric_type, std::string_view json);

}  // namespace oreum::transfer
