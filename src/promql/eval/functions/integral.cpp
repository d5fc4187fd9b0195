// integral: the area under the lines between a window's samples, in value times seconds.
#include <cmath>

#include "promql/eval/functions/table.h"
#include "promql/eval/kahan.h"

namespace oreum::promql::functions {

namespace {

/// What is no number adds nothing.
double number_or_zero(double v) { return std::isnan(v) ? 0 : v; }

double area(WindowSamples s) {
  KahanSum total;
  for (size_t i = 1; i < s.v.size(); ++i) {
    const double seconds = static_cast<double>(s.t[i] - s.t[i - 1]) / 1000;
    KahanSum sides;
    sides.add(number_or_zero(s.v[i]));
    sides.add(number_or_zero(s.v[i - 1]));
    total.add(sides.sum * seconds / 2);
    total.lost += sides.lost * seconds / 2;
  }
  return total.total();
}

}  // namespace

Status integral(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples s, size_t) { return area(s); });
}

}  // namespace oreum::promql::functions
