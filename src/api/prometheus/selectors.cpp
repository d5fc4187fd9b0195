#include "api/prometheus/selectors.h"

#include <algorithm>

#include "promql/parse/parser.h"
#include "storage/match.h"

namespace oreum::api::prometheus {

namespace {

constexpr std::string_view kSelectsAll = "match[] must contain at least one non-empty matcher";

}  // namespace

Result<MatcherSets> matchers_of(const Form& form, bool name_parameter) {
  MatcherSets sets;
  for (const std::string_view text : form.all("match[]")) {
    auto matchers = promql::parse_matchers(text);
    if (!matchers) {
      std::string why = matchers.error().to_string();
      if (why.ends_with("must contain at least one non-empty matcher")) why = kSelectsAll;
      return name_parameter || why == kSelectsAll ? invalid_parameter("match[]", why)
                                                  : Error(Code::kInvalidArgument, why);
    }
    const auto compiled = storage::CompiledMatchers::compile(*matchers);
    if (!compiled) return invalid_parameter("match[]", compiled.error().to_string());
    const auto& all = compiled->all();
    if (std::all_of(all.begin(), all.end(), [](const auto& matcher) { return matcher.matches_empty(); })) {
      return invalid_parameter("match[]", kSelectsAll);
    }
    sets.push_back(*std::move(matchers));
  }
  return sets;
}

Result<TimeRange> time_range_of(const Form& form) {
  TimeRange range;
  TRY_ASSIGN(range.start, time_of(form, "start", range.start));
  TRY_ASSIGN(range.end, time_of(form, "end", range.end));
  return range;
}

}  // namespace oreum::api::prometheus
