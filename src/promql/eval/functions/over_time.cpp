// What a window's first and last samples say, and how many there are.
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

Status count_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples s, size_t) { return static_cast<double>(s.v.size()); });
}

Status present_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples, size_t) { return 1.0; });
}

Status first_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples s, size_t) { return s.v.front(); });
}

Status last_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples s, size_t) { return s.v.back(); });
}

Status ts_of_first_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1,
                     [](WindowSamples s, size_t) { return static_cast<double>(s.t.front()) / 1000; });
}

Status ts_of_last_over_time(const WindowCall& call, const RangeRow& row, Column& out) {
  return each_window(call, row, out, 1, [](WindowSamples s, size_t) { return static_cast<double>(s.t.back()) / 1000; });
}

}  // namespace oreum::promql::functions
