// Functions over range vectors: each is called once a series, with all of its windows.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/grid.h"
#include "promql/eval/rows.h"
#include "promql/parse/ast.h"

namespace oreum::promql::functions {

/// What a window function is told beside the series: the same for all series of one call.
struct WindowCall {
  Context& context;
  Span span;                    // of the range vector in the query, for annotations
  std::span<const Span> spans;  // of each scalar
  Grid grid;                    // of the answer; its points are the windows'
  RangeShape shape;
  std::vector<Column> scalars;  // the arguments that are scalars, in their order
  mutable std::string noted;    // the metric last noted: series of one mostly come together
};

/// Fills `out`, which has a place for each window, with absent() where there is no answer.
using WindowFn = Status(const WindowCall& call, const RangeRow& row, Column& out);

/// The samples of one window.
struct WindowSamples {
  std::span<const int64_t> t;
  std::span<const double> v;
};

inline WindowSamples samples_of(const RangeRow& row, const Window& w) {
  return {std::span(row.t).subspan(w.first, w.size()), std::span(row.v).subspan(w.first, w.size())};
}

/// out[i] = f(samples of window i, i), or absent() where there are fewer than `least` of them.
template <typename F>
void each_window(const RangeRow& row, Column& out, size_t least, F&& f) {
  for (size_t i = 0; i < row.windows.size(); ++i) {
    const Window& w = row.windows[i];
    out[i] = w.size() < least ? absent() : f(samples_of(row, w), i);
  }
}

/// How many samples all windows together have: many more than there are when windows overlap.
inline size_t samples_in_windows(const RangeRow& row) {
  size_t sum = 0;
  for (const Window& w : row.windows) sum += w.size();
  return sum;
}

/// Whether a form that slides over each sample once is worth its bookkeeping.
inline bool much_overlap(const RangeRow& row) { return samples_in_windows(row) > 4 * row.t.size(); }

}  // namespace oreum::promql::functions
