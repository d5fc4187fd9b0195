// Which times a selector looks at: offsets, @ and durations that depend on the query.
#pragma once

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/grid.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// Milliseconds; may be negative. kInvalidArgument where an expression is not a finite number.
Result<int64_t> resolve(const Context& context, const Duration& duration);
/// The same, above zero: of ranges and steps.
Result<int64_t> resolve_positive(const Context& context, const Duration& duration);

/// The times that stand for the points of the grid behind `offset` and `@`; a step of 0 where @ pins them.
Result<Grid> reference(const Context& context, const Modifiers& modifiers, const Grid& grid);

/// Whether the expression answers the same at every point: all it reads is pinned by @, and nothing asks for the time.
bool is_step_invariant(const Expr& expr);

}  // namespace oreum::promql
