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

/// Looks at the time a query has whenever so many samples were passed over: windows may be long, and many.
class Watch {
 public:
  explicit Watch(const WindowCall& call) : budget_(call.context.budget) {}
  Status passed(size_t samples) {
    samples_ += samples;
    if (samples_ < kOften) return {};
    samples_ = 0;
    return budget_.check_time();
  }

 private:
  static constexpr size_t kOften = 4'000'000;
  Budget& budget_;
  size_t samples_ = 0;
};

/// out[i] = f(samples of window i, i), or absent() where there are fewer than `least` of them.
template <typename F>
Status each_window(const WindowCall& call, const RangeRow& row, Column& out, size_t least, F&& f) {
  Watch watch(call);
  for (size_t i = 0; i < row.windows.size(); ++i) {
    const Window& w = row.windows[i];
    out[i] = w.size() < least ? absent() : f(samples_of(row, w), i);
    TRY(watch.passed(w.size()));
  }
  return {};
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
