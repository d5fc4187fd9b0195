// GET and POST /api/v1/labels, GET /api/v1/label/{name}/values.
#include <algorithm>

#include <fmt/core.h>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "api/prometheus/escaped_name.h"
#include "api/prometheus/selectors.h"

namespace oreum::api::prometheus {

namespace {

/// Whether the store may have samples in the range.
bool overlaps(const storage::Store& store, const TimeRange& range) {
  if (range.start > range.end) return false;
  if (range.start == TimestampMs::min() && range.end == TimestampMs::max()) return true;
  const storage::StoreStats stats = store.stats();
  return range.start <= stats.t_max && stats.t_min <= range.end;
}

/// What `list` answers for each set of matchers, or once for none; put together, and cut off at the limit.
template <typename List>
Result<net::Response> lists(const Services& services, const Form& form, List list) {
  TRY_ASSIGN(const size_t limit, limit_of(form));
  TRY_ASSIGN(const TimeRange range, time_range_of(form));
  TRY_ASSIGN(MatcherSets sets, matchers_of(form, false));
  if (sets.empty()) sets.emplace_back();
  std::vector<std::string> all;
  if (overlaps(services.store, range)) {
    TRY_ASSIGN(const auto querier, services.store.querier(range.start, range.end));
    for (const auto& matchers : sets) {
      TRY_ASSIGN(std::vector<std::string> some, list(*querier, matchers));
      all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const bool truncated = all.size() > limit;
  if (truncated) all.resize(limit);
  std::string body(kSuccess);
  append_texts(body, all);
  const std::string note(kTruncated);
  return finish(std::move(body), truncated ? Notes{.warnings = {&note, 1}} : Notes{});
}

}  // namespace

CallHandler make_labels(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    TRY_ASSIGN(const Form form, Form::of(call.request));
    return lists(services, form, [](storage::Querier& querier, std::span<const model::Matcher> matchers) {
      return querier.label_names(matchers);
    });
  };
}

CallHandler make_label_values(const Services& services) {
  return [&services](const Call& call) -> Result<net::Response> {
    const std::string name = unescape_name(call.arg);
    if (name.empty() || !model::is_valid_utf8(name)) {
      return error(ErrorType::kBadData, fmt::format("invalid label name: {}", go_quoted(name)));
    }
    TRY_ASSIGN(const Form form, Form::of(call.request));
    return lists(services, form, [&](storage::Querier& querier, std::span<const model::Matcher> matchers) {
      return querier.label_values(name, matchers);
    });
  };
}

}  // namespace oreum::api::prometheus
