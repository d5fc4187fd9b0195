// Functions of one value. Minimum, maximum and logarithms are as Go has them, whose answers Prometheus gives.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "promql/eval/functions/go_math.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

constexpr double kPi = std::numbers::pi;

/// The function of the standard library for each value.
template <double (*kFunction)(double)>
void apply(Column& values) {
  map_values(values, [](double v) { return kFunction(v); });
}

}  // namespace

void abs(const PointCall& /*call*/, Column& values) { apply<std::fabs>(values); }
void ceil(const PointCall& /*call*/, Column& values) { apply<std::ceil>(values); }
void exp(const PointCall& /*call*/, Column& values) { apply<std::exp>(values); }
void floor(const PointCall& /*call*/, Column& values) { apply<std::floor>(values); }
void ln(const PointCall& /*call*/, Column& values) { apply<std::log>(values); }
void log10(const PointCall& /*call*/, Column& values) { apply<std::log10>(values); }
void log2(const PointCall& /*call*/, Column& values) { apply<go_log2>(values); }
void sqrt(const PointCall& /*call*/, Column& values) { apply<std::sqrt>(values); }

void acos(const PointCall& /*call*/, Column& values) { apply<std::acos>(values); }
void acosh(const PointCall& /*call*/, Column& values) { apply<std::acosh>(values); }
void asin(const PointCall& /*call*/, Column& values) { apply<std::asin>(values); }
void asinh(const PointCall& /*call*/, Column& values) { apply<std::asinh>(values); }
void atan(const PointCall& /*call*/, Column& values) { apply<std::atan>(values); }
void atanh(const PointCall& /*call*/, Column& values) { apply<std::atanh>(values); }
void cos(const PointCall& /*call*/, Column& values) { apply<std::cos>(values); }
void cosh(const PointCall& /*call*/, Column& values) { apply<go_cosh>(values); }
void sin(const PointCall& /*call*/, Column& values) { apply<std::sin>(values); }
void sinh(const PointCall& /*call*/, Column& values) { apply<go_sinh>(values); }
void tan(const PointCall& /*call*/, Column& values) { apply<std::tan>(values); }
void tanh(const PointCall& /*call*/, Column& values) { apply<std::tanh>(values); }

void deg(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) { return v * (180 / kPi); });
}
void rad(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) { return v * (kPi / 180); });
}

/// NaN and the zeros stay as they are.
void sgn(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) {
    if (v < 0) return -1.0;
    return v > 0 ? 1.0 : v;
  });
}

void clamp(const PointCall& call, Column& values) {
  const Column& low = call.scalars[0];
  const Column& high = call.scalars[1];
  map_points(values,
             [&](double v, size_t i) { return high[i] < low[i] ? absent() : go_max(low[i], go_min(high[i], v)); });
}
void clamp_max(const PointCall& call, Column& values) {
  map_points(values, [&](double v, size_t i) { return go_min(call.scalars[0][i], v); });
}
void clamp_min(const PointCall& call, Column& values) {
  map_points(values, [&](double v, size_t i) { return go_max(call.scalars[0][i], v); });
}

/// To the nearest multiple, halves upwards.
void round(const PointCall& call, Column& values) {
  map_points(values, [&](double v, size_t i) {
    const double inverse = 1 / (call.scalars.empty() ? 1.0 : call.scalars[0][i]);
    return std::floor(v * inverse + 0.5) / inverse;
  });
}

void nothing(const PointCall& /*call*/, Column& values) { std::fill(values.begin(), values.end(), absent()); }

}  // namespace oreum::promql::functions
