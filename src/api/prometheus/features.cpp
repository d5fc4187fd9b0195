// GET /api/v1/features: what this server can do, by the names that Prometheus gives it.
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "api/prometheus/answer.h"
#include "api/prometheus/endpoints.h"
#include "encoding/json_writer.h"
#include "promql/parse/signatures.h"

namespace oreum::api::prometheus {

namespace {

using encoding::JsonWriter;

struct Feature {
  std::string_view name;
  bool on;
};

constexpr auto kOtlp = std::to_array<Feature>({{"delta_conversion", false}, {"native_delta_ingestion", false}});
constexpr auto kProgram = std::to_array<Feature>(
    {{"agent_mode", false}, {"auto_reload_config", false}, {"server_mode", true}, {"stringlabels", true}});
constexpr auto kPromql = std::to_array<Feature>({{"anchored", true},
                                                 {"at_modifier", true},
                                                 {"bool", true},
                                                 {"by", true},
                                                 {"delayed_name_removal", true},
                                                 {"duration_expr", true},
                                                 {"fill", true},
                                                 {"fill_left", true},
                                                 {"fill_right", true},
                                                 {"group_left", true},
                                                 {"group_right", true},
                                                 {"ignoring", true},
                                                 {"negative_offset", true},
                                                 {"offset", true},
                                                 {"on", true},
                                                 {"per_query_lookback_delta", true},
                                                 {"per_step_stats", false},
                                                 {"smoothed", true},
                                                 {"subqueries", true},
                                                 {"type_and_unit_labels", false},
                                                 {"unquoted_utf8_names", false},
                                                 {"without", true}});
constexpr auto kOperators = std::to_array<std::string_view>(
    {"!=",          "!~",     "%",   "*",   "+",   "-",        "/",      "<",       "<=",    "==",           "=~",
     ">",           ">=",     "@",   "^",   "and", "atan2",    "avg",    "bottomk", "count", "count_values", "group",
     "limit_ratio", "limitk", "max", "min", "or",  "quantile", "stddev", "stdvar",  "sum",   "topk",         "unless"});
constexpr auto kTsdb =
    std::to_array<Feature>({{"exemplar_storage", false}, {"isolation", true}, {"native_histograms", false}});

template <typename List>
void append_features(JsonWriter& json, std::string_view group, const List& list) {
  json.key(group).begin_object();
  for (const Feature& feature : list) json.member(feature.name, feature.on);
  json.end_object();
}

std::vector<Feature> functions() {
  std::vector<Feature> all;
  for (const promql::Signature& signature : promql::signatures()) all.push_back({signature.name, true});
  // Not functions of values: they stand in durations.
  for (const std::string_view name : {"max_of", "min_of", "range", "step"}) all.push_back({name, true});
  const auto by_name = [](const Feature& a, const Feature& b) { return a.name < b.name; };
  std::sort(all.begin(), all.end(), by_name);
  const auto same = [](const Feature& a, const Feature& b) { return a.name == b.name; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

}  // namespace

CallHandler make_features(const Services& services) {
  return [&services](const Call&) -> Result<net::Response> {
    const auto api = std::to_array<Feature>({{"admin", services.admin_api},
                                             {"exclude_alerts", true},
                                             {"label_values_match", true},
                                             {"lifecycle", false},
                                             {"otlp_write_receiver", true},
                                             {"query_stats", true},
                                             {"query_warnings", true},
                                             {"remote_write_receiver", true},
                                             {"time_range_labels", true},
                                             {"time_range_series", true}});
    std::vector<Feature> operators;
    for (const std::string_view name : kOperators) operators.push_back({name, true});
    std::string body(kSuccess);
    JsonWriter json(body);
    json.begin_object();
    append_features(json, "api", api);
    append_features(json, "otlp_receiver", kOtlp);
    append_features(json, "prometheus", kProgram);
    append_features(json, "promql", kPromql);
    append_features(json, "promql_functions", functions());
    append_features(json, "promql_operators", operators);
    append_features(json, "tsdb", kTsdb);
    json.end_object();
    return finish(std::move(body));
  };
}

}  // namespace oreum::api::prometheus
