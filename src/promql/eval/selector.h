// Instant vector selectors: of each series the newest sample at each point.
#pragma once

#include <memory>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/rows.h"

namespace oreum::promql {

/// What a selector yields.
enum class Yield {
  kValues,
  kTimes,  // the samples' own times in seconds: timestamp() of a plain selector
};

/// `expr` is a VectorSelector.
Result<std::unique_ptr<Rows>> select_rows(Context& context, const Expr& expr, const Grid& grid, Yield yield);

}  // namespace oreum::promql
