// What a unit-test file of rules says, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "promql/parse/series_values.h"
#include "rules/rule_file.h"

namespace oreum::rules {

struct ExpectedAlert {
  Texts labels;
  Texts annotations;
};

struct AlertCase {
  milliseconds at{0};
  std::string alert;
  std::vector<ExpectedAlert> expected;
};

struct ExpectedSample {
  model::Labels labels;
  double value = 0;
};

struct QueryCase {
  milliseconds at{0};
  std::string query;
  std::vector<ExpectedSample> expected;
};

struct RuleTest {
  std::string name;
  milliseconds interval{0};  // between values of the series
  TimestampMs start{};
  std::vector<promql::SeriesLine> series;
  std::vector<AlertCase> alerts;
  std::vector<QueryCase> queries;
  Texts external_labels;
  std::string external_url;
};

struct RuleTestFile {
  std::vector<std::string> rule_files;
  milliseconds evaluation_interval{60'000};
  std::vector<std::string> group_order;
  bool fuzzy = false;
  std::vector<RuleTest> tests;
};

/// kInvalidArgument: "3:14: what is wrong".
Result<RuleTestFile> parse_rule_test_file(std::string_view text);

}  // namespace oreum::rules
