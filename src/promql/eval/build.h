// Tree → operators: each kind of expression becomes an operator that is asked for one series after the other.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/rows.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// An expression of type scalar over the grid, never absent.
Result<Column> scalar_of(Context& context, const Expr& expr, const Grid& grid);
/// An expression of type instant vector; a subquery's may be a scalar, which is then a series without labels.
Result<std::unique_ptr<Rows>> vector_of(Context& context, const Expr& expr, const Grid& grid);
/// An expression of type range vector: a MatrixSelector or a Subquery, in parentheses or not.
Result<std::unique_ptr<RangeRows>> matrix_of(Context& context, const Expr& expr, const Grid& grid);

// Each in a file of its name; the expression's node is of that kind.
Result<std::unique_ptr<Rows>> select_rows(Context& context, const Expr& expr, const Grid& grid);         // selector.cpp
Result<std::unique_ptr<Rows>> aggregate_rows(Context& context, const Expr& expr, const Grid& grid);      // aggregate/
Result<std::unique_ptr<Rows>> binary_rows(Context& context, const Expr& expr, const Grid& grid);         // binary/
Result<Column> binary_scalar(Context& context, const Expr& expr, const Grid& grid);                      // binary/
Result<std::unique_ptr<Rows>> call_rows(Context& context, const Expr& expr, const Grid& grid);           // functions/
Result<std::unique_ptr<Rows>> unary_rows(Context& context, const Expr& expr, const Grid& grid);          // binary/
Result<Column> unary_scalar(Context& context, const Expr& expr, const Grid& grid);                       // binary/
Result<Column> call_scalar(Context& context, const Expr& expr, const Grid& grid);                        // functions/
Result<std::unique_ptr<RangeRows>> select_ranges(Context& context, const Expr& expr, const Grid& grid);  // range.cpp
Result<std::unique_ptr<RangeRows>> subquery_ranges(Context& context, const Expr& expr,
                                                   const Grid& grid);  // subquery.cpp

}  // namespace oreum::promql
