// Times of the query and of samples; scalars from vectors and back.
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "promql/eval/build.h"
#include "promql/eval/functions/go_math.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"
#include "promql/eval/selector.h"

namespace oreum::promql::functions {

namespace {

double seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

template <typename F>
Result<Column> fold_scalars(Context& context, const Expr& expr, const Grid& grid, F&& f) {
  const Call& call = *expr.as<Call>();
  TRY_ASSIGN(Column a, scalar_of(context, *call.args[0], grid));
  TRY_ASSIGN(const Column b, scalar_of(context, *call.args[1], grid));
  for (size_t i = 0; i < a.size(); ++i) a[i] = f(a[i], b[i]);
  return a;
}

}  // namespace

Result<Column> time(Context& /*context*/, const Expr& /*expr*/, const Grid& grid) {
  Column out(grid.count);
  for (size_t i = 0; i < out.size(); ++i) out[i] = seconds(grid.at(i));
  return out;
}

Result<Column> pi(Context& /*context*/, const Expr& /*expr*/, const Grid& grid) {
  return Column(grid.count, std::numbers::pi);
}

Result<Column> start(Context& context, const Expr& /*expr*/, const Grid& grid) {
  return Column(grid.count, seconds(context.query.start));
}
Result<Column> end(Context& context, const Expr& /*expr*/, const Grid& grid) {
  return Column(grid.count, seconds(context.range_end));
}
Result<Column> range(Context& context, const Expr& /*expr*/, const Grid& grid) {
  return Column(grid.count, seconds(context.range_end - context.query.start));
}
Result<Column> step(Context& context, const Expr& /*expr*/, const Grid& grid) {
  return Column(grid.count, context.is_range ? seconds(context.query.step) : 0);
}

Result<Column> max_of(Context& context, const Expr& expr, const Grid& grid) {
  return fold_scalars(context, expr, grid, go_max);
}
Result<Column> min_of(Context& context, const Expr& expr, const Grid& grid) {
  return fold_scalars(context, expr, grid, go_min);
}

/// The value where exactly one series has one.
Result<Column> scalar(Context& context, const Expr& expr, const Grid& grid) {
  TRY_ASSIGN(const auto rows, vector_of(context, *expr.as<Call>()->args[0], grid));
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Column out(grid.count, absent());
  std::vector<bool> several(grid.count);
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) break;
    for (size_t i = 0; i < out.size(); ++i) {
      if (is_absent(row.values[i])) continue;
      several[i] = several[i] || !is_absent(out[i]);
      out[i] = row.values[i];
    }
  }
  for (size_t i = 0; i < out.size(); ++i) {
    if (several[i] || is_absent(out[i])) out[i] = kNan;
  }
  return out;
}

Result<std::unique_ptr<Rows>> vector(Context& context, const Expr& expr, const Grid& grid) {
  TRY_ASSIGN(Column values, scalar_of(context, *expr.as<Call>()->args[0], grid));
  return one_row({.labels = {}, .drop_name = false, .values = std::move(values)});
}

/// Of a plain selector the samples' own times, of anything else those of the points.
Result<std::unique_ptr<Rows>> timestamp(Context& context, const Expr& expr, const Grid& grid) {
  const Expr& arg = *expr.as<Call>()->args[0];
  if (unparen(arg).as<VectorSelector>() != nullptr) {
    TRY_ASSIGN(auto rows, select_rows(context, unparen(arg), grid, Yield::kTimes));
    return mapped(std::move(rows), [](Row& row) { row.drop_name = true; });
  }
  TRY_ASSIGN(auto rows, vector_of(context, arg, grid));
  return mapped(std::move(rows), [grid](Row& row) {
    row.drop_name = true;
    map_points(row.values, [&](double, size_t i) { return seconds(grid.at(i)); });
  });
}

}  // namespace oreum::promql::functions
