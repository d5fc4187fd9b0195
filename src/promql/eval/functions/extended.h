// `anchored` and `smoothed` windows: they also look at the samples just outside.
#pragma once

#include <vector>

#include "promql/eval/functions/window.h"

namespace oreum::promql::functions {

/// A range in seconds.
inline double range_seconds(int64_t ms) {
  const int64_t whole = ms / 1000;
  return static_cast<double>(whole) + static_cast<double>(ms % 1000) / 1000;
}

/// rate, increase and delta of such windows.
Status extended_change(const WindowCall& call, const RangeRow& row, bool counter, bool rate, Column& out);

/// Anchored windows of the row's: each with the sample before it where that is not too old; empty where no sample is in
/// the window itself.
std::vector<Window> anchored_windows(const WindowCall& call, const RangeRow& row);

}  // namespace oreum::promql::functions
