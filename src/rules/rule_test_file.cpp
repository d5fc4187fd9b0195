#include "rules/rule_test_file.h"

#include <functional>
#include <set>

#include <fmt/core.h>

#include "base/number.h"
#include "promql/parse/parser.h"

namespace oreum::rules {

namespace {

using config::YamlNode;
using Kind = YamlNode::Kind;

Error bad(const YamlNode& at, std::string_view what) {
  return {Code::kInvalidArgument, fmt::format("{}: {}", at.place(), what)};
}

/// What a key of a mapping does.
struct Key {
  std::string_view name;
  std::function<Status(const YamlNode&)> read;
};

Status read_map(const YamlNode& node, std::string_view what, const std::vector<Key>& keys) {
  if (node.kind == Kind::kNull) return {};
  if (node.kind != Kind::kMap) return bad(node, fmt::format("expected {}: keys and values", what));
  std::set<std::string> seen;
  for (const auto& [name, value] : node.entries) {
    if (!seen.insert(name.text).second) return bad(name, fmt::format("{} is given twice", name.text));
    const Key* known = nullptr;
    for (const Key& key : keys) {
      if (key.name == name.text) known = &key;
    }
    if (known == nullptr) return bad(name, fmt::format("unknown key {} in {}", name.text, what));
    TRY(known->read(value));
  }
  return {};
}

template <typename F>
Status each_item(const YamlNode& node, const F& f) {
  if (node.kind == Kind::kNull) return {};
  if (node.kind != Kind::kList) return bad(node, "expected a list");
  for (const YamlNode& item : node.items) TRY(f(item));
  return {};
}

Status read_text(const YamlNode& node, std::string& out) {
  if (node.kind == Kind::kList || node.kind == Kind::kMap) return bad(node, "expected a text");
  out = node.text;
  return {};
}

Status read_time(const YamlNode& node, milliseconds& out) {
  const bool negative = node.text.starts_with('-');
  const Result<milliseconds> time = parse_duration(std::string_view(node.text).substr(negative ? 1 : 0));
  if (node.kind != Kind::kScalar || !time) return bad(node, "expected a time like 30s, 5m or 1h30m");
  out = negative ? -*time : *time;
  return {};
}

Status read_all_texts(const YamlNode& node, std::string_view what, Texts& out) {
  std::vector<RuleProblem> problems;
  out = read_texts(node, what, problems);
  if (problems.empty()) return {};
  return Error(Code::kInvalidArgument, problems.front().to_string());
}

Key text(std::string_view name, std::string& out) {
  return {name, [&out](const YamlNode& node) { return read_text(node, out); }};
}
Key time(std::string_view name, milliseconds& out) {
  return {name, [&out](const YamlNode& node) { return read_time(node, out); }};
}
Key texts(std::string_view name, Texts& out) {
  return {name, [name, &out](const YamlNode& node) { return read_all_texts(node, name, out); }};
}
Key list_of_texts(std::string_view name, std::vector<std::string>& out) {
  return {name, [&out](const YamlNode& node) {
            return each_item(node, [&](const YamlNode& item) { return read_text(item, out.emplace_back()); });
          }};
}
template <typename T, typename F>
Key list(std::string_view name, std::vector<T>& out, F read) {
  return {name, [&out, read](const YamlNode& node) {
            return each_item(node, [&](const YamlNode& item) { return read(item, out.emplace_back()); });
          }};
}

Status read_series(const YamlNode& node, promql::SeriesLine& out) {
  const auto read_labels = [&](const YamlNode& value) -> Status {
    auto labels = promql::parse_series_labels(value.text);
    if (!labels) return bad(value, fmt::format("series: {}", labels.error().to_string()));
    out.labels = *std::move(labels);
    return {};
  };
  const auto read_values = [&](const YamlNode& value) -> Status {
    auto values = promql::parse_series_values(value.text);
    if (!values) return bad(value, fmt::format("values: {}", values.error().to_string()));
    out.values = *std::move(values);
    return {};
  };
  return read_map(node, "a series", {{"series", read_labels}, {"values", read_values}});
}

Status read_expected_alert(const YamlNode& node, ExpectedAlert& out) {
  return read_map(node, "an alert", {texts("exp_labels", out.labels), texts("exp_annotations", out.annotations)});
}

Status read_alert_case(const YamlNode& node, AlertCase& out) {
  TRY(read_map(node, "a test of an alert",
               {time("eval_time", out.at), text("alertname", out.alert),
                list("exp_alerts", out.expected, read_expected_alert)}));
  return out.alert.empty() ? bad(node, "alertname must be set") : Status{};
}

Status read_expected_sample(const YamlNode& node, ExpectedSample& out) {
  const auto read_labels = [&](const YamlNode& value) -> Status {
    const std::string_view text = trim(value.text);
    if (text.empty() || text == "{}") return {};
    auto labels = promql::parse_series_labels(text);
    if (!labels) return bad(value, fmt::format("labels: {}", labels.error().to_string()));
    out.labels = *std::move(labels);
    return {};
  };
  const auto read_value = [&](const YamlNode& value) -> Status {
    const std::string_view text = value.text;
    // YAML writes them with a dot in front.
    const bool dotted = text.starts_with('.') || text.starts_with("-.") || text.starts_with("+.");
    std::optional<double> number = parse_double(text);
    if (!number && dotted) number = parse_double(std::string(text).erase(text.find('.'), 1));
    if (!number) return bad(value, "value: expected a number");
    out.value = *number;
    return {};
  };
  const auto refuse = [](const YamlNode& value) -> Status { return bad(value, "native histograms are not supported"); };
  return read_map(node, "a sample", {{"labels", read_labels}, {"value", read_value}, {"histogram", refuse}});
}

Status read_query_case(const YamlNode& node, QueryCase& out) {
  TRY(read_map(
      node, "a test of a query",
      {time("eval_time", out.at), text("expr", out.query), list("exp_samples", out.expected, read_expected_sample)}));
  return out.query.empty() ? bad(node, "expr must be set") : Status{};
}

Status read_start(const YamlNode& node, TimestampMs& out) {
  const Result<TimestampMs> start = parse_timestamp(node.text);
  if (!start) return bad(node, start.error().to_string());
  out = *start;
  return {};
}

Status read_test(const YamlNode& node, RuleTest& out) {
  return read_map(node, "a test",
                  {text("name", out.name),
                   time("interval", out.interval),
                   {"start_timestamp", [&out](const YamlNode& value) { return read_start(value, out.start); }},
                   list("input_series", out.series, read_series),
                   list("alert_rule_test", out.alerts, read_alert_case),
                   list("promql_expr_test", out.queries, read_query_case),
                   texts("external_labels", out.external_labels),
                   text("external_url", out.external_url)});
}

}  // namespace

Result<RuleTestFile> parse_rule_test_file(std::string_view text) {
  TRY_ASSIGN(const YamlNode root, config::parse_yaml(text));
  RuleTestFile file;
  const auto read_fuzzy = [&](const YamlNode& node) -> Status {
    file.fuzzy = node.text == "true";
    return file.fuzzy || node.text == "false" ? Status{} : bad(node, "fuzzy_compare: expected true or false");
  };
  TRY(read_map(root, "a file of tests",
               {list_of_texts("rule_files", file.rule_files),
                time("evaluation_interval", file.evaluation_interval),
                list_of_texts("group_eval_order", file.group_order),
                {"fuzzy_compare", read_fuzzy},
                list("tests", file.tests, read_test)}));
  if (file.evaluation_interval.count() <= 0) file.evaluation_interval = milliseconds(60'000);
  for (RuleTest& test : file.tests) {
    if (test.interval.count() <= 0) test.interval = file.evaluation_interval;
  }
  return file;
}

}  // namespace oreum::rules
