// What does each function: a new function is one small function and one line of the table.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/functions/point.h"
#include "promql/eval/functions/window.h"
#include "promql/eval/rows.h"
#include "promql/parse/ast.h"

namespace oreum::promql::functions {

/// A function of the whole vector, or of its selector: it builds its own operator. `expr` is the Call.
using RowsFn = Result<std::unique_ptr<Rows>>(Context& context, const Expr& expr, const Grid& grid);
/// A function that answers a scalar. `expr` is the Call.
using ScalarFn = Result<Column>(Context& context, const Expr& expr, const Grid& grid);

/// Which range modifiers a window function knows.
enum class Modes { kPlain, kAnchored, kAll };

struct Function {
  std::string_view name;
  std::variant<WindowFn*, PointFn*, RowsFn*, ScalarFn*> how;
  bool keeps_name = false;  // of WindowFn: the answer is still a sample of the metric
  Modes modes = Modes::kPlain;
};

/// kInvalidArgument where the function does not know the range modifier.
Status check_mode(const Function& function, RangeMode mode);

/// Null when there is no such function.
const Function* find_function(std::string_view name);

// rate.cpp
WindowFn rate, increase, delta, irate, idelta;
// changes.cpp
WindowFn changes, resets;
// over_time.cpp
WindowFn count_over_time, present_over_time, first_over_time, last_over_time, ts_of_first_over_time,
    ts_of_last_over_time;
// sums.cpp
WindowFn sum_over_time, avg_over_time, stddev_over_time, stdvar_over_time;
// extremes.cpp
WindowFn min_over_time, max_over_time, ts_of_min_over_time, ts_of_max_over_time;
// window_quantile.cpp
WindowFn quantile_over_time, mad_over_time;
// integral.cpp
WindowFn integral;
// trend.cpp
WindowFn deriv, predict_linear, double_exponential_smoothing;

// math.cpp
PointFn abs, ceil, exp, floor, ln, log10, log2, sgn, sqrt, deg, rad, clamp, clamp_max, clamp_min, round;
PointFn acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh;
// date.cpp
PointFn day_of_month, day_of_week, day_of_year, days_in_month, hour, minute, month, year;
/// Of native histograms, or of what samples here do not have: answers nothing for numbers.
PointFn nothing;

// label.cpp
RowsFn label_join, label_replace;
// sort.cpp
RowsFn sort, sort_by_label, sort_by_label_desc, sort_desc;
// absent.cpp
RowsFn absent_instant, absent_over_time;
// histogram.cpp
RowsFn histogram_fraction, histogram_quantile, histogram_quantiles;
// info.cpp
RowsFn info;
// time.cpp
RowsFn timestamp, vector;
ScalarFn end, max_of, min_of, pi, range, scalar, start, step, time;

}  // namespace oreum::promql::functions
