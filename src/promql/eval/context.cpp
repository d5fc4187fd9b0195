#include "promql/eval/context.h"

#include <fmt/core.h>

namespace oreum::promql {

Error Budget::too_many_samples() const {
  return Error(Code::kResourceExhausted,
               fmt::format("query processing would load too many samples into memory: the limit is {} samples "
                           "(query.max_samples); ask for fewer series or a shorter range",
                           limits_.samples));
}

Error Budget::too_many_series() const {
  return Error(Code::kResourceExhausted,
               fmt::format("the query reads too many series: the limit is {} series (query.max_series); narrow the "
                           "selector",
                           limits_.series));
}

Error Budget::too_many_points() const {
  return Error(
      Code::kResourceExhausted,
      fmt::format("the query would hold more than {} points in memory (query.max_points); ask for fewer series, "
                  "a shorter range or a longer step",
                  limits_.points));
}

Status Budget::check_time() {
  if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
    return Error(Code::kCancelled, "query was canceled in expression evaluation");
  }
  if (deadline_.passed()) return Error(Code::kDeadlineExceeded, "query timed out in expression evaluation");
  return {};
}

Result<Selected> select(const Context& context, std::span<const model::Matcher> matchers, TimestampMs from,
                        TimestampMs to) {
  Selected selected;
  TRY_ASSIGN(selected.querier, context.store.querier(from, to));
  if (context.at_hand && !selected.querier->only_at_hand()) {
    return Error(Code::kUnavailable, "the store cannot tell what is at hand");
  }
  TRY_ASSIGN(selected.set, selected.querier->select(matchers));
  return selected;
}

}  // namespace oreum::promql
