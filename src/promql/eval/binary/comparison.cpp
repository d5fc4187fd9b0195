// == != < > <= >= over columns, as filters and as 0 or 1.
#include <functional>

#include "promql/eval/binary/kernels.h"
#include "promql/eval/grid.h"

namespace oreum::promql {

namespace {

template <typename Compare, Yield kYield>
void compare(const double* left, const double* right, double* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const double l = left[i];
    const double r = right[i];
    const bool missing = is_absent(l) || is_absent(r);
    const bool holds = Compare()(l, r);
    if constexpr (kYield == Yield::kBool) {
      out[i] = missing ? absent() : static_cast<double>(holds);
    } else {
      out[i] = !missing && holds ? (kYield == Yield::kLeft ? l : r) : absent();
    }
  }
}

template <typename Compare>
Kernel yielding(Yield yield) {
  switch (yield) {
    case Yield::kLeft: return compare<Compare, Yield::kLeft>;
    case Yield::kRight: return compare<Compare, Yield::kRight>;
    case Yield::kBool: break;
  }
  return compare<Compare, Yield::kBool>;
}

}  // namespace

Kernel comparison_kernel(BinaryOp op, Yield yield) {
  switch (op) {
    case BinaryOp::kNe: return yielding<std::not_equal_to<double>>(yield);
    case BinaryOp::kLt: return yielding<std::less<double>>(yield);
    case BinaryOp::kGt: return yielding<std::greater<double>>(yield);
    case BinaryOp::kLe: return yielding<std::less_equal<double>>(yield);
    case BinaryOp::kGe: return yielding<std::greater_equal<double>>(yield);
    default: return yielding<std::equal_to<double>>(yield);
  }
}

}  // namespace oreum::promql
