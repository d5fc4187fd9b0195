// changes, resets: how often neighbours in a window differ, and fall.
#include <cmath>

#include "promql/eval/functions/extended.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

/// How many neighbours in each window are as `counts` says, from a running count over the series.
template <typename F>
void count_steps(const WindowCall& call, const RangeRow& row, Column& out, F&& counts) {
  std::vector<uint32_t> before(row.v.size());  // before[i]: steps among samples 0 … i
  for (size_t i = 1; i < row.v.size(); ++i) {
    before[i] = before[i - 1] + static_cast<uint32_t>(counts(row.v[i - 1], row.v[i]));
  }
  const bool plain = call.shape.mode == RangeMode::kPlain;
  const std::vector<Window> reaching = plain ? std::vector<Window>() : anchored_windows(call, row);
  const std::vector<Window>& windows = plain ? row.windows : reaching;
  for (size_t i = 0; i < windows.size(); ++i) {
    const Window& w = windows[i];
    out[i] = w.size() == 0 ? absent() : before[w.last - 1] - before[w.first];
  }
}

}  // namespace

Status changes(const WindowCall& call, const RangeRow& row, Column& out) {
  count_steps(call, row, out, [](double was, double is) { return was != is && !(std::isnan(was) && std::isnan(is)); });
  return {};
}

Status resets(const WindowCall& call, const RangeRow& row, Column& out) {
  count_steps(call, row, out, [](double was, double is) { return is < was; });
  return {};
}

}  // namespace oreum::promql::functions
