#include "promql/eval/functions/table.h"

#include <algorithm>
#include <array>

namespace oreum::promql::functions {

namespace {

constexpr bool kKeepsName = true;

// Sorted by name. Their arguments are in parse/signatures.cpp.
constexpr auto kFunctions = std::to_array<Function>({
    {"abs", abs},
    {"absent", absent_instant},
    {"absent_over_time", absent_over_time},
    {"acos", acos},
    {"acosh", acosh},
    {"asin", asin},
    {"asinh", asinh},
    {"atan", atan},
    {"atanh", atanh},
    {"avg_over_time", avg_over_time},
    {"ceil", ceil},
    {"changes", changes, false, Modes::kAnchored},
    {"clamp", clamp},
    {"clamp_max", clamp_max},
    {"clamp_min", clamp_min},
    {"cos", cos},
    {"cosh", cosh},
    {"count_over_time", count_over_time},
    {"day_of_month", day_of_month},
    {"day_of_week", day_of_week},
    {"day_of_year", day_of_year},
    {"days_in_month", days_in_month},
    {"deg", deg},
    {"delta", delta, false, Modes::kAll},
    {"deriv", deriv},
    {"double_exponential_smoothing", double_exponential_smoothing},
    {"end", end},
    {"exp", exp},
    {"first_over_time", first_over_time, kKeepsName},
    {"floor", floor},
    {"histogram_avg", nothing},
    {"histogram_count", nothing},
    {"histogram_fraction", histogram_fraction},
    {"histogram_quantile", histogram_quantile},
    {"histogram_quantiles", histogram_quantiles},
    {"histogram_stddev", nothing},
    {"histogram_stdvar", nothing},
    {"histogram_sum", nothing},
    {"hour", hour},
    {"idelta", idelta},
    {"increase", increase, false, Modes::kAll},
    {"info", info},
    {"integral", integral},
    {"irate", irate},
    {"label_join", label_join},
    {"label_replace", label_replace},
    {"last_over_time", last_over_time, kKeepsName},
    {"ln", ln},
    {"log10", log10},
    {"log2", log2},
    {"mad_over_time", mad_over_time},
    {"max_of", max_of},
    {"max_over_time", max_over_time},
    {"min_of", min_of},
    {"min_over_time", min_over_time},
    {"minute", minute},
    {"month", month},
    {"pi", pi},
    {"predict_linear", predict_linear},
    {"present_over_time", present_over_time},
    {"quantile_over_time", quantile_over_time},
    {"rad", rad},
    {"range", range},
    {"rate", rate, false, Modes::kAll},
    {"resets", resets, false, Modes::kAnchored},
    {"round", round},
    {"scalar", scalar},
    {"sgn", sgn},
    {"sin", sin},
    {"sinh", sinh},
    {"sort", sort},
    {"sort_by_label", sort_by_label},
    {"sort_by_label_desc", sort_by_label_desc},
    {"sort_desc", sort_desc},
    {"sqrt", sqrt},
    {"start", start},
    {"start_timestamp", nothing},
    {"stddev_over_time", stddev_over_time},
    {"stdvar_over_time", stdvar_over_time},
    {"step", step},
    {"sum_over_time", sum_over_time},
    {"tan", tan},
    {"tanh", tanh},
    {"time", time},
    {"timestamp", timestamp},
    {"ts_of_first_over_time", ts_of_first_over_time},
    {"ts_of_last_over_time", ts_of_last_over_time},
    {"ts_of_max_over_time", ts_of_max_over_time},
    {"ts_of_min_over_time", ts_of_min_over_time},
    {"vector", vector},
    {"year", year},
});

static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::name));

}  // namespace

const Function* find_function(std::string_view name) {
  const auto* const at = std::ranges::lower_bound(kFunctions, name, {}, &Function::name);
  return at != kFunctions.end() && at->name == name ? &*at : nullptr;
}

}  // namespace oreum::promql::functions
