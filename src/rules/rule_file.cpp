#include "rules/rule_file.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/number.h"
#include "model/labels.h"
#include "rules/template.h"

namespace oreum::rules {

namespace {

using config::YamlNode;

/// A time as YAML files of Prometheus write it: with a unit, or 0.
Result<milliseconds> read_duration(std::string_view text) {
  if (text != "0" && text.find_first_not_of("0123456789") == std::string_view::npos) {
    return Error(Code::kInvalidArgument, fmt::format("\"{}\" is no time: expected one like 30s, 5m or 1h30m", text));
  }
  return parse_duration(text);
}

class FileReader {
 public:
  RuleFile read(std::string_view text) {
    const Result<YamlNode> root = config::parse_yaml(text);
    if (!root) {
      file_.problems.push_back({1, 1, root.error().message()});
      return std::move(file_);
    }
    if (root->kind == YamlNode::Kind::kNull) return std::move(file_);
    each_entry(*root, "a file of rules", [&](const std::string& key, const YamlNode& name, const YamlNode& value) {
      key == "groups" ? read_groups(value) : unknown(name, "a file of rules", "groups");
    });
    return std::move(file_);
  }

 private:
  void bad(const YamlNode& at, std::string text) {
    if (!context_.empty()) text = context_ + text;
    file_.problems.push_back({at.line, at.column, std::move(text)});
  }

  void unknown(const YamlNode& key, std::string_view where, std::string_view known) {
    bad(key, fmt::format("unknown key {}; {} has {}", key.text, where, known));
  }

  /// f(key, key's node, value) for each entry of a mapping.
  template <typename F>
  void each_entry(const YamlNode& node, std::string_view what, const F& f) {
    if (node.kind != YamlNode::Kind::kMap) return bad(node, fmt::format("expected {}: keys and values", what));
    std::set<std::string> seen;
    for (const auto& [key, value] : node.entries) {
      if (key.kind != YamlNode::Kind::kScalar) {
        bad(key, "expected a plain key");
      } else if (!seen.insert(key.text).second) {
        bad(key, fmt::format("{} is given twice", key.text));
      } else {
        f(key.text, key, value);
      }
    }
  }

  std::string text_of(const YamlNode& node, std::string_view key) {
    if (node.kind == YamlNode::Kind::kMap || node.kind == YamlNode::Kind::kList) {
      bad(node, fmt::format("{}: expected a text", key));
    }
    return node.text;
  }

  void read_time(const YamlNode& node, std::string_view key, milliseconds& out) {
    const Result<milliseconds> time = read_duration(text_of(node, key));
    if (!time) return bad(node, fmt::format("{}: {}", key, time.error().to_string()));
    out = *time;
  }

  void read_groups(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kNull) return;
    if (node.kind != YamlNode::Kind::kList) return bad(node, "groups: expected a list");
    std::set<std::string> names;
    for (const YamlNode& item : node.items) {
      RuleGroup group = read_group(item);
      if (item.kind == YamlNode::Kind::kMap) {
        if (group.name.empty()) bad(item, "a group must have a name");
        if (!names.insert(group.name).second) {
          bad(item, fmt::format("group \"{}\" is in this file twice", group.name));
        }
      }
      file_.groups.push_back(std::move(group));
    }
  }

  RuleGroup read_group(const YamlNode& node) {
    RuleGroup group;
    const YamlNode* rules = nullptr;
    each_entry(node, "a group", [&](const std::string& key, const YamlNode& name, const YamlNode& value) {
      if (key == "name") {
        group.name = text_of(value, key);
      } else if (key == "interval") {
        read_time(value, key, group.interval);
      } else if (key == "query_offset") {
        read_time(value, key, group.query_offset);
      } else if (key == "limit") {
        read_limit(value, group);
      } else if (key == "labels") {
        group.labels = read_labels(value, key, false);
      } else if (key == "rules") {
        rules = &value;
      } else {
        unknown(name, "a group", "name, interval, query_offset, limit, labels and rules");
      }
    });
    if (rules != nullptr) read_rules(*rules, group);
    return group;
  }

  void read_limit(const YamlNode& node, RuleGroup& group) {
    const std::optional<uint64_t> limit = parse_u64(text_of(node, "limit"));
    if (!limit) return bad(node, "limit: expected a whole number");
    group.limit = *limit;
  }

  void read_rules(const YamlNode& node, RuleGroup& group) {
    if (node.kind == YamlNode::Kind::kNull) return;
    if (node.kind != YamlNode::Kind::kList) return bad(node, "rules: expected a list");
    for (size_t i = 0; i < node.items.size(); ++i) {
      context_ = fmt::format("group \"{}\", rule {}: ", group.name, i + 1);
      group.rules.push_back(read_rule(node.items[i]));
    }
    context_.clear();
  }

  Rule read_rule(const YamlNode& node) {
    Rule rule;
    rule.line = node.line;
    if (node.kind != YamlNode::Kind::kMap) {
      bad(node, "expected a rule: keys and values");
      return rule;
    }
    const YamlNode* record = node.find("record");
    const YamlNode* alert = node.find("alert");
    rule.alerting = alert != nullptr && !alert->text.empty();
    const bool records = record != nullptr && !record->text.empty();
    if (rule.alerting == records) {
      bad(node, rule.alerting ? "only one of record and alert may be set" : "one of record and alert must be set");
    }
    rule.name = rule.alerting ? alert->text : records ? record->text : "";
    each_entry(node, "a rule", [&](const std::string& key, const YamlNode& name, const YamlNode& value) {
      read_rule_entry(key, name, value, rule);
    });
    if (records) check_recording(*record, rule);
    if (node.find("expr") == nullptr) bad(node, "expr must be set");
    return rule;
  }

  void read_rule_entry(const std::string& key, const YamlNode& name, const YamlNode& value, Rule& rule) {
    if (key == "record" || key == "alert") return;
    if (key == "expr") return read_expression(value, rule);
    if (key == "labels") {
      rule.labels = read_labels(value, key, rule.alerting);
    } else if (!rule.alerting && (key == "for" || key == "keep_firing_for" || key == "annotations")) {
      bad(name, fmt::format("{} has no place in a recording rule", key));
    } else if (key == "for") {
      read_time(value, key, rule.hold);
    } else if (key == "keep_firing_for") {
      read_time(value, key, rule.keep_firing_for);
    } else if (key == "annotations") {
      rule.annotations = read_labels(value, key, true);
    } else {
      unknown(name, "a rule", "record or alert, expr, for, keep_firing_for, labels and annotations");
    }
  }

  void read_expression(const YamlNode& node, Rule& rule) {
    const std::string text = text_of(node, "expr");
    if (text.empty()) return bad(node, "expr must be set");
    auto query = promql::parse(text);
    if (!query) return bad(node, fmt::format("expr: {}", query.error().to_string()));
    rule.query = *std::move(query);
  }

  void check_recording(const YamlNode& node, const Rule& rule) {
    const bool braces = rule.name.find_first_of("{}") != std::string::npos;
    if (braces) bad(node, fmt::format("\"{}\" is no name of a metric; does it belong into expr?", rule.name));
    if (!model::is_valid_utf8(rule.name)) bad(node, "the name of the metric is no UTF-8");
  }

  Texts read_labels(const YamlNode& node, const std::string& key, bool templates) {
    std::vector<RuleProblem> problems;
    Texts texts = read_texts(node, key, problems);
    for (const RuleProblem& problem : problems) bad(at(problem), problem.text);
    for (const auto& [name, text] : texts) {
      const bool is_annotation = key == "annotations";
      if (name.empty() || !model::is_valid_utf8(name) || (!is_annotation && name == model::kMetricName)) {
        bad(node, fmt::format("{}: \"{}\" is no name of {}", key, name, is_annotation ? "an annotation" : "a label"));
      }
      if (!templates) continue;
      const Status parsed = check_template(text);
      if (!parsed) bad(node, fmt::format("{}: {}: {}", key, name, parsed.error().to_string()));
    }
    return texts;
  }

  static YamlNode at(const RuleProblem& problem) {
    YamlNode node;
    node.line = problem.line;
    node.column = problem.column;
    return node;
  }

  RuleFile file_;
  std::string context_;  // of the rule that is read
};

}  // namespace

std::string RuleProblem::to_string() const { return fmt::format("{}:{}: {}", line, column, text); }

Texts read_texts(const YamlNode& node, std::string_view what, std::vector<RuleProblem>& problems) {
  Texts texts;
  if (node.kind == YamlNode::Kind::kNull) return texts;
  if (node.kind != YamlNode::Kind::kMap) {
    problems.push_back({node.line, node.column, fmt::format("{}: expected names and texts", what)});
    return texts;
  }
  for (const auto& [name, value] : node.entries) {
    if (value.kind == YamlNode::Kind::kMap || value.kind == YamlNode::Kind::kList) {
      problems.push_back({value.line, value.column, fmt::format("{}: {}: expected a text", what, name.text)});
    } else if (std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return t.first == name.text; })) {
      problems.push_back({name.line, name.column, fmt::format("{}: {} is given twice", what, name.text)});
    } else {
      texts.emplace_back(name.text, value.text);
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

RuleFile parse_rule_file(std::string_view text) { return FileReader().read(text); }

std::vector<DoubledRule> doubled_rules(const RuleFile& file) {
  std::vector<DoubledRule> doubled;
  std::set<std::pair<std::string, Texts>> seen;
  for (const RuleGroup& group : file.groups) {
    for (const Rule& rule : group.rules) {
      if (!seen.emplace(rule.name, rule.labels).second) doubled.push_back({rule.name, rule.labels, rule.line});
    }
  }
  return doubled;
}

}  // namespace oreum::rules
