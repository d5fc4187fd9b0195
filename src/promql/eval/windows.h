// Windows of a range vector.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "promql/eval/rows.h"

namespace oreum::promql {

/// Which of the samples each point's window has.
void find_windows(const RangeShape& shape, std::span<const int64_t> t, std::vector<Window>& out);

}  // namespace oreum::promql
