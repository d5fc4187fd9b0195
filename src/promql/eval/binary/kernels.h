// What an operator does to two columns.
#pragma once

#include <cstddef>

#include "promql/parse/ast.h"

namespace oreum::promql {

/// Combines `count` points of two columns; absent where either is. `out` may be one of the operands.
using Kernel = void (*)(const double* left, const double* right, double* out, size_t count);

/// What a comparison that holds answers; one that does not hold answers nothing, or 0 of kBool.
enum class Yield { kLeft, kRight, kBool };

/// Of + - * / % ^ and atan2; of </ and >/, which numbers know nothing of, a kernel that answers nothing.
Kernel arithmetic_kernel(BinaryOp op);
/// Of == != < > <= >=.
Kernel comparison_kernel(BinaryOp op, Yield yield);

/// x to the power of y by the same steps as Go's math.Pow, which rounds otherwise than C's.
double go_pow(double x, double y);

}  // namespace oreum::promql
