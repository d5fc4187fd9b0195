// What the operators of binary/ share.
#pragma once

#include <memory>

#include "base/result.h"
#include "promql/eval/binary/kernels.h"
#include "promql/eval/context.h"
#include "promql/eval/rows.h"

namespace oreum::promql {

/// Two vectors and the operator between them.
struct VectorPair {
  Context& context;
  const Expr& expr;
  const Binary& op;  // of expr
  const VectorMatching& matching;
  size_t points;  // of the grid
  std::unique_ptr<Rows> left;
  std::unique_ptr<Rows> right;
};

/// Arithmetic and comparisons (matching.cpp).
std::unique_ptr<Rows> matched_rows(VectorPair pair);
/// and, or, unless (set.cpp).
std::unique_ptr<Rows> set_rows(VectorPair pair);

/// </ and >/ cut native histograms; two numbers answer nothing.
inline bool is_trim(BinaryOp op) { return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower; }
/// Says so.
void note_trim(Context& context, const Expr& expr, BinaryOp op);

/// Whether an operator's results go without the metric's name.
inline bool drops_name(const Binary& op) { return !is_comparison(op.op) || op.return_bool; }

/// Of an operator that is not a set operator.
inline Kernel kernel_of(const Binary& op, Yield yield) {
  if (!is_comparison(op.op)) return arithmetic_kernel(op.op);
  return comparison_kernel(op.op, op.return_bool ? Yield::kBool : yield);
}

}  // namespace oreum::promql
