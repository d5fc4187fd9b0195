// + - * / % ^ atan2 over columns.
#include <cmath>
#include <cstdint>
#include <limits>

#include "promql/eval/binary/kernels.h"
#include "promql/eval/grid.h"

namespace oreum::promql {

namespace {

template <double (*kOperator)(double, double)>
void combine(const double* left, const double* right, double* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const double l = left[i];
    const double r = right[i];
    const bool missing = is_absent(l) || is_absent(r);
    out[i] = missing ? absent() : kOperator(l, r);
  }
}

double add(double l, double r) { return l + r; }
double subtract(double l, double r) { return l - r; }
double multiply(double l, double r) { return l * r; }
double divide(double l, double r) { return l / r; }
double modulo(double l, double r) { return std::fmod(l, r); }
double atan2(double l, double r) { return std::atan2(l, r); }

void nothing(const double* /*left*/, const double* /*right*/, double* out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = absent();
}

bool is_special(double x, double y) { return x == 0 || !std::isfinite(x) || !std::isfinite(y); }

/// Past this exponent any further product is out of a double's range for certain.
constexpr int64_t kHopelessExponent = 1 << 12;

/// A number as fraction × 2^exponent, the fraction in [0.5, 1) or a product of such.
struct Scaled {
  double fraction = 1;
  int64_t exponent = 0;
};

/// x to a whole power: by squaring, over the binary digits of `power` from the lowest.
Scaled whole_power(double x, int64_t power, double times) {
  int exponent = 0;
  Scaled square{std::frexp(x, &exponent), 0};
  square.exponent = exponent;
  Scaled product{times, 0};
  for (; power != 0; power >>= 1) {
    if (std::abs(square.exponent) > kHopelessExponent) {
      product.exponent += square.exponent;
      break;
    }
    if ((power & 1) != 0) {
      product.fraction *= square.fraction;
      product.exponent += square.exponent;
    }
    square.fraction *= square.fraction;
    square.exponent *= 2;
    if (square.fraction < 0.5) {
      square.fraction += square.fraction;
      --square.exponent;
    }
  }
  return product;
}

}  // namespace

double go_pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (y == 1) return x;
  if (is_special(x, y)) return std::pow(x, y);
  if (y == 0.5) return std::sqrt(x);
  if (y == -0.5) return 1 / std::sqrt(x);

  double whole = 0;
  double rest = std::modf(std::fabs(y), &whole);
  if (rest != 0 && x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (whole >= 0x1p63) return std::pow(x, y);  // 1, 0 or infinite
  double times = 1;
  if (rest != 0) {
    if (rest > 0.5) {
      rest -= 1;
      whole += 1;
    }
    times = std::exp(rest * std::log(x));
  }
  Scaled product = whole_power(x, static_cast<int64_t>(whole), times);
  // The reciprocal before the scaling, so that results too small for a normal number keep their digits.
  if (y < 0) product = {1 / product.fraction, -product.exponent};
  return std::ldexp(product.fraction, static_cast<int>(product.exponent));
}

Kernel arithmetic_kernel(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd: return combine<add>;
    case BinaryOp::kSub: return combine<subtract>;
    case BinaryOp::kMul: return combine<multiply>;
    case BinaryOp::kDiv: return combine<divide>;
    case BinaryOp::kMod: return combine<modulo>;
    case BinaryOp::kPow: return combine<go_pow>;
    case BinaryOp::kAtan2: return combine<atan2>;
    default: return nothing;
  }
}

}  // namespace oreum::promql
