// The table of aggregations.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/build.h"
#include "promql/eval/functions/notes.h"

namespace oreum::promql {

namespace {

struct Entry {
  AggregateOp op;
  AggregationFactory* make;
  bool takes_number = false;
};

constexpr std::array<Entry, 14> kTable = {{{AggregateOp::kSum, make_sum},
                                           {AggregateOp::kAvg, make_avg},
                                           {AggregateOp::kCount, make_count},
                                           {AggregateOp::kMin, make_min},
                                           {AggregateOp::kMax, make_max},
                                           {AggregateOp::kGroup, make_group},
                                           {AggregateOp::kStddev, make_stddev},
                                           {AggregateOp::kStdvar, make_stdvar},
                                           {AggregateOp::kTopk, make_topk, true},
                                           {AggregateOp::kBottomk, make_bottomk, true},
                                           {AggregateOp::kCountValues, make_count_values},
                                           {AggregateOp::kQuantile, make_quantile, true},
                                           {AggregateOp::kLimitk, make_limitk, true},
                                           {AggregateOp::kLimitRatio, make_limit_ratio, true}}};

Error out_of_range(double value, std::string_view how) {
  return Error(Code::kInvalidArgument, fmt::format("Scalar value {} {} int64", functions::number_text(value), how));
}

}  // namespace

Result<std::unique_ptr<Rows>> aggregate_rows(Context& context, const Expr& expr, const Grid& grid) {
  const Aggregate& node = *expr.as<Aggregate>();
  const Entry& entry = kTable[static_cast<size_t>(node.op)];
  Column param;
  if (entry.takes_number) {
    TRY_ASSIGN(param, scalar_of(context, *node.param, grid));
  }
  TRY_ASSIGN(auto input, vector_of(context, *node.expr, grid));
  return entry.make({context, node, grid, std::move(input), std::move(param)});
}

Result<std::vector<int64_t>> whole_param(const Column& param) {
  double largest = -HUGE_VAL;
  double smallest = HUGE_VAL;
  bool has_nan = false;
  for (const double v : param) {
    largest = std::max(largest, v);
    smallest = std::min(smallest, v);
    has_nan |= v != v;
  }
  // The largest double below 2^63, and −2^63.
  constexpr double kLargest = 0x1.fffffffffffffp62;
  constexpr double kSmallest = -0x1p63;
  if (has_nan) return Error(Code::kInvalidArgument, "Parameter value is NaN");
  if (largest > kLargest) return out_of_range(largest, "overflows");
  if (largest < 1) return std::vector<int64_t>(param.size(), 0);
  if (smallest < kSmallest) return out_of_range(smallest, "underflows");
  return std::vector<int64_t>(param.begin(), param.end());
}

}  // namespace oreum::promql
