// Functions over the values of instant vectors: each is called once a series, with the whole column.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "promql/eval/grid.h"

namespace oreum::promql::functions {

/// What a point function is told beside the values: the same for all series of one call.
struct PointCall {
  Grid grid;
  std::vector<Column> scalars;  // the arguments that are scalars, in their order
};

/// Changes the values in place, leaving absent() alone.
using PointFn = void(const PointCall& call, Column& values);

/// v = f(v) for each value that is there.
template <typename F>
void map_values(Column& values, F&& f) {
  for (double& v : values) {
    if (!is_absent(v)) v = f(v);
  }
}

/// v = f(v, i) for each value that is there.
template <typename F>
void map_points(Column& values, F&& f) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!is_absent(values[i])) values[i] = f(values[i], i);
  }
}

}  // namespace oreum::promql::functions
