#include "promql/parse/parser.h"

#include <string>

#include <gtest/gtest.h>

#include "promql/parse/printer.h"

namespace oreum::promql {
namespace {

std::string printed(std::string_view text) {
  const auto query = parse(text);
  return query ? print(*(*query)->root) : query.error().to_string();
}

TEST(Parser, ReadsWhatDashboardsAsk) {
  EXPECT_EQ(printed("sum(rate(x{a=\"b\"}[5m] offset -1h)) by (c) / on (c) group_left y"),
            "sum by (c) (rate(x{a=\"b\"}[5m] offset -1h)) / on (c) group_left () y");
  EXPECT_EQ(printed("2 ^ -3 ^ 2 * 4 - 1"), "2 ^ -3 ^ 2 * 4 - 1");
  EXPECT_EQ(printed("sum(x +"), "1:8: parse error: unclosed left parenthesis");
}

}  // namespace
}  // namespace oreum::promql
