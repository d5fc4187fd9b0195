// Series that come in parts become whole.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/rows.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// Puts rows of the same labels together, in the order of the first of each. kInvalidArgument where two of them have a
/// value at the same point.
Status merge_same(std::vector<Row>& rows);

/// The rows with those of the same labels put together, where the expression may yield such (`a or b`, `a * b`); as
/// they are otherwise.
Result<std::unique_ptr<Rows>> merged(const Expr& expr, std::unique_ptr<Rows> rows, Budget& budget);

}  // namespace oreum::promql
