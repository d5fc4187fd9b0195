// Natural order of texts: runs of digits count as numbers, so that node2 comes before node10.
#pragma once

#include <string_view>

namespace oreum::promql::functions {

bool natural_less(std::string_view a, std::string_view b);

}  // namespace oreum::promql::functions
