#include "promql/parse/printer.h"

#include <string>

#include <gtest/gtest.h>

#include "promql/parse/parser.h"

namespace oreum::promql {
namespace {

std::string printed(std::string_view text) {
  const auto query = parse(text);
  return query ? print(*(*query)->root) : query.error().to_string();
}

std::string laid_out(std::string_view text) {
  const auto query = parse(text);
  return query ? pretty(*(*query)->root) : query.error().to_string();
}

// Expected texts are what a Prometheus 3.16 answers to format_query.
TEST(Printer, PrintsAsPrometheusDoes) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"1e3", "1000"},
      {"0.0000001", "0.0000001"},
      {"1e23", "100000000000000000000000"},
      {"-1.5e20", "-150000000000000000000"},
      {"123456789012345678", "123456789012345680"},
      {"-0", "-0"},
      {"INF", "+Inf"},
      {"inf ^ 2", "Inf ^ 2"},
      {"+inf ^ 2", "+Inf ^ 2"},
      {"2 ^ inf", "2 ^ +Inf"},
      {"- nan", "NaN"},
      {"90s", "1m30s"},
      {"-365d", "-1y"},
      {"8d", "8d"},
      {"'a\"\\x00'", "\"a\\\"\\x00\""},
      {"foo{b='1',a=\"2\"}", "foo{a=\"2\",b=\"1\"}"},
      {"{\"a b\"='c','foo'}", "{\"a b\"=\"c\",__name__=\"foo\"}"},
      {"foo offset 90s @ 1.5", "foo @ 1.500 offset 1m30s"},
      {"foo[300.5] offset -1", "foo[5m500ms] offset -1s"},
      {"foo smoothed offset 5m @ start()", "foo @ start() smoothed offset 5m"},
      {"foo[5m] @ end() anchored", "foo[5m] anchored @ end()"},
      {"foo[5m*2:max_of(step(),1)] @ 5", "foo[5m * 2:max_of(step(), 1)] @ 5.000"},
      {"foo[-2^2+(1e3)]", "foo[-2 ^ 2 + (1000)]"},
      {"foo[1h:]", "foo[1h:]"},
      {"sum(foo) by (a,\"b c\")", "sum by (a, \"b c\") (foo)"},
      {"sum by () (foo)", "sum(foo)"},
      {"topk without () (3, foo)", "topk without () (3, foo)"},
      {"a / on (x) group_left b", "a / on (x) group_left () b"},
      {"a / ignoring () group_right (y) b", "a / ignoring () group_right (y) b"},
      {"a / ignoring () b", "a / b"},
      {"a >= bool on () fill_right(1e10) fill_left(0) b", "a >= bool on () fill_left (0) fill_right (1e+10) b"},
      {"a + fill (5m) b", "a + fill (300) b"},
      {"- ( a ) ^ + b", "-(a) ^ +b"},
      {"round( a,5 )", "round(a, 5)"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(printed(text), expected) << text;
}

TEST(Printer, PrintsASelectorOfNothingSoThatItReadsBack) { EXPECT_EQ(printed("info(a, {})"), "info(a, {})"); }

TEST(Printer, LaysOutWhatIsLong) {
  EXPECT_EQ(laid_out("sum(foo)"), "sum(foo)");
  const std::string name(60, 'a');
  EXPECT_EQ(laid_out(name + " + on (x) " + name), "  " + name + "\n+ on (x)\n  " + name);
  EXPECT_EQ(laid_out("topk by (x) (5, " + name + name + ")"), "topk by (x) (\n  5,\n  " + name + name + "\n)");
  EXPECT_EQ(laid_out("-(" + name + " == bool " + name + ")"), "-(\n    " + name + "\n  == bool\n    " + name + "\n)");
  EXPECT_EQ(laid_out("max_over_time((" + name + " + " + name + ")[1h:1m])"),
            "max_over_time(\n  (\n      " + name + "\n    +\n      " + name + "\n  )[1h:1m]\n)");
}

}  // namespace
}  // namespace oreum::promql
