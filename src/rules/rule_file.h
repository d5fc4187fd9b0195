// Files of recording and alerting rules, in Prometheus' format.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/yaml.h"
#include "promql/parse/parser.h"

namespace oreum::rules {

/// Names and texts, sorted by name.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// Plain data.
struct Rule {
  bool alerting = false;
  std::string name;  // of the alert, or of the metric that is recorded
  std::shared_ptr<const promql::Query> query;
  Texts labels;                     // templates, of an alert
  Texts annotations;                // templates; alerts only
  milliseconds hold{0};             // `for`
  milliseconds keep_firing_for{0};  // after the expression stopped answering
  size_t line = 0;
};

struct RuleGroup {
  std::string name;
  milliseconds interval{0};      // 0: the server's
  milliseconds query_offset{0};  // how far back rules look
  size_t limit = 0;              // of alerts or series a rule; 0: none
  Texts labels;                  // added to each rule's, which win
  std::vector<Rule> rules;
};

struct RuleProblem {
  size_t line = 0;
  size_t column = 0;
  std::string text;
  /// "3:14: …".
  std::string to_string() const;
};

struct RuleFile {
  std::vector<RuleGroup> groups;
  std::vector<RuleProblem> problems;  // with any, the file is not to be used
};

/// Reads all it can, so that every problem is named at once.
RuleFile parse_rule_file(std::string_view text);

/// A rule that writes the same series as one before it.
struct DoubledRule {
  std::string name;
  Texts labels;
  size_t line = 0;
};
std::vector<DoubledRule> doubled_rules(const RuleFile& file);

/// A YAML mapping of plain texts, sorted; `what` names it where it is none.
Texts read_texts(const config::YamlNode& node, std::string_view what, std::vector<RuleProblem>& problems);

}  // namespace oreum::rules
