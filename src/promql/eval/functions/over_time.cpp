// What a window's first and last samples say, and how many there are.
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

Status count_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples s, size_t) { return static_cast<double>(s.v.size()); });
  return {};
}

Status present_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples, size_t) { return 1.0; });
  return {};
}

Status first_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples s, size_t) { return s.v.front(); });
  return {};
}

Status last_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples s, size_t) { return s.v.back(); });
  return {};
}

Status ts_of_first_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples s, size_t) { return static_cast<double>(s.t.front()) / 1000; });
  return {};
}

Status ts_of_last_over_time(const WindowCall& /*call*/, const RangeRow& row, Column& out) {
  each_window(row, out, 1, [](WindowSamples s, size_t) { return static_cast<double>(s.t.back()) / 1000; });
  return {};
}

}  // namespace oreum::promql::functions
