// What flows between operators: one series at a time. An operator is asked for its next series and fills in the one it
// is given, so that a query over many series holds few of them. None of this is thread-safe; one evaluation, one
// thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/raw_vector.h"
#include "base/result.h"
#include "model/labels.h"
#include "promql/eval/grid.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// A series of an instant vector, over the whole grid.
struct Row {
  model::Labels labels;
  bool drop_name = false;  // __name__ goes when the query is done, and is there for label functions until then
  Column values;           // as many as the grid has points
};

/// An instant vector. Series may come in any order, and more than once with the same labels where their points do not
/// meet.
class Rows {
 public:
  virtual ~Rows() = default;
  /// Fills `out`, reusing its memory; false at the end. Rows with no point at all may come.
  virtual Result<bool> next(Row& out) = 0;
};

/// Samples [first, last) of a series are in the window of one point of the grid.
struct Window {
  uint32_t first = 0;
  uint32_t last = 0;
  uint32_t size() const { return last - first; }
};

/// A series of a range vector: its samples without stale markers, and which of them each point's window (start, end]
/// has. Windows slide forward: neither bound ever falls.
struct RangeRow {
  model::Labels labels;
  bool drop_name = false;
  RawVector<int64_t> t;  // milliseconds, rising
  RawVector<double> v;
  std::vector<Window> windows;  // one a point of the grid; of the samples in (window_end(i) - range, window_end(i)]
};

/// Where the windows of a range vector lie; the same for all of its series.
struct RangeShape {
  Grid ends;          // the window of point i ends at ends.at(i), inclusive
  int64_t range = 0;  // milliseconds; it begins so much earlier, exclusive
  /// Of `anchored` and `smoothed` there are samples before and after the windows too, for so long.
  RangeMode mode = RangeMode::kPlain;
  int64_t look_back = 0;
};

/// A range vector.
class RangeRows {
 public:
  virtual ~RangeRows() = default;
  virtual Result<bool> next(RangeRow& out) = 0;
  virtual RangeShape shape() const = 0;
};

}  // namespace oreum::promql
