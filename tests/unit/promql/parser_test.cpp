#include "promql/parse/parser.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "tree_text.h"

namespace oreum::promql {
namespace {

/// The tree, or the error.
std::string tree(std::string_view text) {
  const auto query = parse(text);
  return query ? tree_text(*(*query)->root) : query.error().to_string();
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

void expect_trees(std::span<const Case> cases) {
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree(text), expected) << text;
}

/// The messages without "parse error: ".
void expect_errors(std::span<const Case> cases) {
  for (const auto& [text, expected] : cases) {
    const std::string error = tree(text);
    const size_t at = error.find(": parse error: ");
    ASSERT_NE(at, std::string::npos) << text << " gives " << error;
    EXPECT_EQ(error.substr(0, at) + " " + error.substr(at + 15), expected) << text;
  }
}

TEST(Parser, BindsOperatorsAsPrometheusDoes) {
  constexpr std::array kCases = std::to_array<Case>({
      {"a + b * c", "(+ a (* b c))"},
      {"a - b - c", "(- (- a b) c)"},
      {"a ^ b ^ c", "(^ a (^ b c))"},
      {"-a ^ b", "(neg (^ a b))"},
      {"-1 ^ 2", "(neg (^ 1 2))"},
      {"-a * b", "(* (neg a) b)"},
      {"2 ^ -3 * 4", "(* (^ 2 -3) 4)"},
      {"2 ^ -a ^ b", "(^ 2 (neg (^ a b)))"},
      {"a % b / c atan2 d", "(atan2 (/ (% a b) c) d)"},
      {"a == b + c", "(== a (+ b c))"},
      {"a < b > c", "(> (< a b) c)"},
      {"a </ b + c", "(</ a (+ b c))"},
      {"a == b >/ c", "(>/ (== a b) c)"},
      {"a unless b and c or d", "(or (and (unless a b) c) d)"},
      {"a or b and c == d", "(or a (and b (== c d)))"},
      {"(a + b) * c", "(* (paren (+ a b)) c)"},
      {"1--1", "(- 1 -1)"},
      {"- -1", "1"},
      {"+foo", "(pos foo)"},
      {"-foo offset 5m", "(neg foo offset=300000ms)"},
  });
  expect_trees(kCases);
}

TEST(Parser, ReadsNumbersAndStrings) {
  constexpr std::array kCases = std::to_array<Case>({
      {"0x10", "16"},
      {"1_000", "1000"},
      {"-5m", "-300d"},
      {"+Inf", "inf"},
      {"-iNf", "-inf"},
      {"NaN", "nan"},
      {"-nan", "nan"},
      {"1h30m", "5400d"},
      {"'a\\n'", "\"a\n\""},
      {"`a\\n`", "\"a\\n\""},
      {"\"\\u00e9\"", "\"é\""},
      {"  # only\n 1", "1"},
  });
  expect_trees(kCases);
}

TEST(Parser, ReadsSelectors) {
  constexpr std::array kCases = std::to_array<Case>({
      {"foo", "foo"},
      {"foo{}", "foo"},
      {"foo{a=\"b\",c!='d',e=~`f`,g!~\"h\",}", "foo{a=b,c!=d,e=~f,g!~h}"},
      {"{\"my.metric\", \"label name\"=\"x\"}", "{__name__=my.metric,label name=x}"},
      {"{a=\"b\"}", "{a=b}"},
      {"{\"a\",\"b\"}", "{__name__=a,__name__=b}"},
      {"foo{a=~\".*\"}", "foo{a=~.*}"},
      {"a:b:c", "a:b:c"},
      {"foo{sum=\"1\",on=\"2\"}", "foo{on=2,sum=1}"},
      // Words of the language are names where nothing else fits.
      {"sum + by", "(+ sum by)"},
      {"and and or", "(and and or)"},
      {"offset offset 5m", "offset offset=300000ms"},
      {"start{a=\"b\"}", "start{a=b}"},
      {"anchored anchored", "anchored anchored"},
      {"fill + fill(1) fill", "(+ fill_left 1 fill_right 1 fill fill)"},
      {"min_of", "min_of"},
      {"SUM(x) BY (y) oFFset 5m",
       "1:1: parse error: offset modifier must be preceded by an instant vector selector or "
       "range vector selector or a subquery"},
  });
  expect_trees(kCases);
}

TEST(Parser, KeepsMatchersAsTheyAreWritten) {
  const auto query = parse("foo{b=\"1\",a=\"2\"}");
  const auto& matchers = (*query)->root->as<VectorSelector>()->matchers;
  ASSERT_EQ(matchers.size(), 3U);
  EXPECT_EQ(matchers[0].name, "b");
  EXPECT_EQ(matchers[2], (model::Matcher{model::Matcher::Op::kEqual, "__name__", "foo"}));
}

TEST(Parser, ReadsModifiers) {
  constexpr std::array kCases = std::to_array<Case>({
      {"foo offset -1h @ 5", "foo offset=-3600000ms at=0:5000"},
      {"foo @ start() offset 1.5", "foo offset=1500ms at=1:0"},
      {"foo[5m] @ end()", "(range foo at=2:0 300000ms)"},
      {"foo @ -1.2345", "foo at=0:-1235"},
      {"foo @ 5m", "foo at=0:300000"},
      {"foo offset 0s offset 5m", "foo offset=300000ms"},
      {"foo[300]", "(range foo 300000ms)"},
      {"foo[0.5]", "(range foo 500ms)"},
      {"foo[1h:]", "(subquery foo 3600000ms default)"},
      {"sum(foo)[1h:1m] offset 5m", "(subquery (sum foo) 3600000ms 60000ms offset=300000ms)"},
      {"foo[5m:1m][1h:]", "1:1: parse error: subquery is only allowed on instant vector, got matrix instead"},
      {"foo[5m] anchored offset 1m", "(range foo anchored offset=60000ms 300000ms)"},
      {"foo smoothed @ 5", "foo smoothed at=0:5000"},
      {"foo smoothed [5m]", "(range foo smoothed 300000ms)"},
  });
  expect_trees(kCases);
}

TEST(Parser, ReadsArithmeticOverDurations) {
  constexpr std::array kCases = std::to_array<Case>({
      {"foo[5m*2]", "(range foo (* 300d 2))"},
      {"foo[2+3*4^2]", "(range foo (+ 2 (* 3 (^ 4 2))))"},
      {"foo[-2^2+1h]", "(range foo (+ (neg (^ 2 2)) 3600d))"},
      {"foo[5m - -3m]", "(range foo (- 300d -180d))"},
      {"foo[((5m))]", "(range foo (paren 300d))"},
      {"foo[+step()]", "(range foo step)"},
      {"foo[MAX_OF(step(), range() % 1m):-step()+5m]", "(subquery foo (max step (% range 60d)) (+ (neg step) 300d))"},
      {"foo[min_of(1m,2m)]", "(range foo (min 60d 120d))"},
      {"foo offset (5m * 2)", "foo offset=(paren (* 300d 2))"},
      {"foo offset -step()", "foo offset=(neg step)"},
      {"foo offset --5m", "foo offset=300000ms"},
      // Behind a parenthesis the operators are the offset's.
      {"foo offset 5m * 2", "(* foo offset=300000ms 2)"},
      {"foo offset step() * 2", "(* foo offset=step 2)"},
      {"foo offset (5m) * 2", "foo offset=(* (paren 300d) 2)"},
      {"foo offset -(5m) * 2", "(* foo offset=(neg (paren 300d)) 2)"},
      {"foo offset (5m) == 2", "(== foo offset=(paren 300d) 2)"},
  });
  expect_trees(kCases);
}

TEST(Parser, ReadsMatching) {
  constexpr std::array kCases = std::to_array<Case>({
      {"a + on(x, y,) b", "(+ on [x y] a b)"},
      {"a + on() b", "(+ on [] a b)"},
      {"a == bool ignoring(x) b", "(== bool ignoring [x] a b)"},
      {"a / on(x) group_left b", "(/ on [x] group_left [] a b)"},
      {"a / ignoring(\"x y\") group_right(z) b", "(/ ignoring [x y] group_right [z] a b)"},
      {"a + fill(-1) b", "(+ fill_left -1 fill_right -1 a b)"},
      {"a + on(x) group_left(y) fill_right(2) fill_left(0x1) b",
       "(+ on [x] group_left [y] fill_left 1 fill_right 2 a b)"},
      {"a and on(x) b", "(and on [x] a b)"},
      {"1 + on() 2", "(+ 1 2)"},
  });
  expect_trees(kCases);
  const auto set = parse("a or b");
  EXPECT_EQ((*set)->root->as<Binary>()->matching->cardinality, Cardinality::kManyToMany);
  EXPECT_FALSE((*parse("a + 1"))->root->as<Binary>()->matching);
}

TEST(Parser, ReadsAggregationsAndCalls) {
  constexpr std::array kCases = std::to_array<Case>({
      {"sum(a)", "(sum a)"},
      {"sum by (x, sum, \"y z\") (a)", "(sum by [x sum y z] a)"},
      {"sum(a) without ()", "(sum without [] a)"},
      {"Topk(3, a) By (x)", "(topk by [x] 3 a)"},
      {"count_values('v', a)", "(count_values \"v\" a)"},
      {"time()", "(time)"},
      {"start() + end() + step() + range() + min_of(1, 2)",
       "(+ (+ (+ (+ (start) (end)) (step)) (range)) (min_of 1 2))"},
      {"label_join(a, 'b', ',', 'c', 'd')", "(label_join a \"b\" \",\" \"c\" \"d\")"},
      {"info(a, {x=~'.*'})", "(info a {x=~.*})"},
  });
  expect_trees(kCases);
}

TEST(Parser, NamesTheWordThatDoesNotFit) {
  constexpr std::array kCases = std::to_array<Case>({
      {"", "unknown position no expression found in input"},
      {"# nothing\n", "unknown position no expression found in input"},
      {"foo +", "1:6 unexpected end of input"},
      {"foo bar", "1:5 unexpected identifier \"bar\""},
      {"foo 5m", "1:5 unexpected duration \"5m\""},
      {"foo step", "1:5 unexpected \"step\""},
      {"on", "1:1 unexpected <on>"},
      {"foo\n+\n  *", "3:3 unexpected <op:*>"},
      {"(foo", "1:5 unclosed left parenthesis"},
      {"foo)", "1:5 unexpected right parenthesis ')'"},
      {"()", "1:2 unexpected \")\""},
      {"sum(foo +)", "1:10 unexpected \")\" in aggregation"},
      {"sum(rate(foo bar))", "1:14 unexpected identifier \"bar\" in aggregation"},
      {"sum by x", "1:8 unexpected identifier \"x\" in grouping opts, expected \"(\""},
      {"sum by (1) (x)", "1:9 unexpected number \"1\" in grouping opts, expected label"},
      {"sum by (a b) (x)", "1:11 unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""},
      {"sum by (\"\") (x)", "1:9 invalid label name for grouping: \"\""},
      {"a + on(x) group_left", "1:21 unexpected end of input in grouping opts, expected \"(\""},
      {"rate(a,)", "1:7 trailing commas not allowed in function call args"},
      {"foo{a}", "1:6 unexpected \"}\" in label matching, expected label matching operator"},
      {"foo{a=b}", "1:7 unexpected identifier \"b\" in label matching, expected string"},
      {"foo{a=\"b\" c", "1:11 unexpected identifier \"c\" in label matching, expected \",\" or \"}\""},
      {"foo{,}", "1:5 unexpected \",\" in label matching, expected identifier or \"}\""},
      {"foo{a=\"b\"", "1:10 unexpected end of input inside braces"},
      {"foo{a=~\"*\"}", "1:5 error parsing regexp: missing argument to repetition operator: `*`"},
      {"foo{a=~\"(\"}", "1:5 error parsing regexp: missing closing ): `(`"},
      {"foo @ bar", "1:7 unexpected identifier \"bar\" in @, expected timestamp"},
      {"foo @ inf", "1:1 timestamp out of bounds for @ modifier: +Inf"},
      {"foo @ 1 @ 2", "1:1 @ <timestamp> may not be set multiple times"},
      {"foo offset bar", "1:12 unexpected identifier \"bar\" in offset, expected number, duration, step(), or range()"},
      {"foo offset 1m offset 2m", "1:1 offset may not be set multiple times"},
      {"foo offset 1m [5m]", "1:15 no offset modifiers allowed before range"},
      {"foo @ 1 [5m]", "1:9 no @ modifiers allowed before range"},
      {"(foo)[5m]", "1:6 ranges only allowed for vector selectors"},
      {"1 @ 5", "1:1 @ modifier must be preceded by an instant vector selector or range vector selector or a subquery"},
      {"foo[5m] anchored smoothed", "1:1 anchored and smoothed modifiers cannot be used together"},
      {"foo[5m:] smoothed", "1:1 smoothed modifier is not supported for subqueries"},
      {"foo[]", "1:5 unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"},
      {"foo[5m 5m]", "1:8 unexpected duration \"5m\" in subquery or range, expected \":\" or \"]\""},
      {"foo[5m:*]", "1:8 unexpected <op:*> in subquery selector, expected number, duration, step(), range(), or \"]\""},
      {"foo[5m:1m 1m]", "1:11 unexpected duration \"1m\" in subquery selector, expected \"]\""},
      {"foo[-5m]", "1:5 duration must be greater than 0"},
      {"foo[5m / 0]", "1:8 division by zero"},
      {"foo[5m % 0s]", "1:8 modulo by zero"},
      {"foo[1e10 - 1e10]", "1:5 duration out of range"},
      {"0x", "1:1 error parsing number: \"0x\" is not a number"},
      {"sum()", "1:1 no arguments for aggregate expression provided"},
      {"topk(1)", "1:1 wrong number of arguments for aggregate expression provided, expected 2, got 1"},
      {"nope(foo)", "1:1 unknown function with name \"nope\""},
  });
  expect_errors(kCases);
}

TEST(Parser, ChecksTypes) {
  constexpr std::array kCases = std::to_array<Case>({
      {"rate(foo)", "1:6 expected type range vector in call to function \"rate\", got instant vector"},
      {"abs(foo[5m])", "1:5 expected type instant vector in call to function \"abs\", got range vector"},
      {"vector(\"a\")", "1:8 expected type scalar in call to function \"vector\", got string"},
      {"label_join(a, b, ',')", "1:15 expected type string in call to function \"label_join\", got instant vector"},
      {"rate()", "1:1 expected 1 argument(s) in call to \"rate\", got 0"},
      {"label_join(a)", "1:1 expected at least 3 argument(s) in call to \"label_join\", got 1"},
      {"round(a, 1, 2)", "1:1 expected at most 2 argument(s) in call to \"round\", got 3"},
      {"sum(1)", "1:5 expected type instant vector in aggregation expression, got scalar"},
      {"topk(\"a\", b)", "1:6 expected type scalar in aggregation parameter, got string"},
      {"count_values(1, b)", "1:14 expected type string in aggregation parameter, got scalar"},
      {"1 == 2", "1:3 comparisons between scalars must use BOOL modifier"},
      {"1\n==  2", "2:1 comparisons between scalars must use BOOL modifier"},
      {"a + bool b", "1:3 bool modifier can only be used on comparison operators"},
      {"1 and b", "1:1 set operator \"and\" not allowed in binary scalar expression"},
      {"a and on(x) group_left b", "1:1 no grouping allowed for \"and\" operation"},
      {"a or fill(1) b", "1:1 filling in missing series not allowed for set operators"},
      {"a + fill(1) 2", "1:1 filling in missing series only allowed between instant vectors"},
      {"a + on(x) 1", "1:1 vector matching only allowed between instant vectors"},
      {"a + on(x) group_left(x) b", "1:3 label \"x\" must not occur in ON and GROUP clause at once"},
      {"a[5m] + 1", "1:1 binary expression must contain only scalar and instant vector types"},
      {"1 + \"a\"", "1:5 binary expression must contain only scalar and instant vector types"},
      {"-\"a\"", "1:1 unary expression only allowed on expressions of type scalar or instant vector, got \"string\""},
      {"1[5m:]", "1:1 subquery is only allowed on instant vector, got scalar instead"},
      {"{}", "1:1 vector selector must contain at least one non-empty matcher"},
      {"sum({a=~\".*\",b=\"\"})", "1:5 vector selector must contain at least one non-empty matcher"},
      {"foo{__name__=\"bar\"}", "1:1 metric name must not be set twice: \"foo\" or \"bar\""},
      {"foo{\"foo\"}", "1:1 metric name must not be set twice: \"foo\" or \"foo\""},
      {"info(a, foo)", "1:9 expected label selectors only, got vector selector instead"},
      {"info(a, (b))", "1:9 expected label selectors only"},
      // What is wrong with the words comes before what is wrong with the types.
      {"rate(foo) +", "1:12 unexpected end of input"},
  });
  expect_errors(kCases);
}

TEST(Parser, RefusesWhatIsExperimentalWhereItIsOff) {
  const auto error = [](std::string_view text) {
    const auto query = parse(text, {.experimental = false});
    return query ? "none" : query.error().to_string();
  };
  EXPECT_EQ(error("1 + mad_over_time(a[5m])"),
            "1:5: parse error: function \"mad_over_time\" is not enabled: it is experimental");
  EXPECT_EQ(error("limitk(1, a)"), "1:1: parse error: limitk() is experimental and must be enabled");
  EXPECT_EQ(error("a + fill(1) b"), "1:1: parse error: binop fill modifiers are experimental and not enabled");
  for (const std::string_view stable :
       {"fill", "start", "rate(a[5m*2] anchored)", "a offset step()", "sum(b smoothed)"}) {
    EXPECT_EQ(error(stable), "none") << stable;
  }
}

TEST(Parser, KnowsWhereThingsStand) {
  const std::string_view text = " sum by (x) (rate(foo{a=\"b\"}[5m] offset 1m)) + -bar";
  const auto query = parse(text);
  const auto at = [&](const Expr& expr) { return text.substr(expr.span.begin, expr.span.end - expr.span.begin); };
  const auto& binary = *(*query)->root->as<Binary>();
  EXPECT_EQ(at(*(*query)->root), text.substr(1));
  EXPECT_EQ(at(*binary.lhs), "sum by (x) (rate(foo{a=\"b\"}[5m] offset 1m))");
  EXPECT_EQ(at(*binary.rhs), "-bar");
  const auto& call = *binary.lhs->as<Aggregate>()->expr;
  EXPECT_EQ(at(call), "rate(foo{a=\"b\"}[5m] offset 1m)");
  const auto& range = *call.as<Call>()->args[0];
  EXPECT_EQ(at(range), "foo{a=\"b\"}[5m] offset 1m");
  EXPECT_EQ(at(*range.as<MatrixSelector>()->vector), "foo{a=\"b\"}");
}

TEST(Parser, TypesWhatItRead) {
  const auto type = [](std::string_view text) { return (*parse(text))->root->type; };
  EXPECT_EQ(type("1 + 2"), ValueType::kScalar);
  EXPECT_EQ(type("1 < bool 2"), ValueType::kScalar);
  EXPECT_EQ(type("1 + a"), ValueType::kVector);
  EXPECT_EQ(type("(-a)"), ValueType::kVector);
  EXPECT_EQ(type("a[5m]"), ValueType::kMatrix);
  EXPECT_EQ(type("(a[5m:])"), ValueType::kMatrix);
  EXPECT_EQ(type("'a'"), ValueType::kString);
  EXPECT_EQ(type("time()"), ValueType::kScalar);
}

TEST(Parser, RefusesWhatIsTooDeepHoweverItIsMade) {
  const auto repeat = [](std::string_view text, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  constexpr size_t kMany = 80'000;
  const std::string tails[] = {
      repeat("(", kMany),
      repeat("-", kMany) + "a",
      repeat("abs(", kMany),
      repeat("sum by (a) (", kMany),
      "a" + repeat(" + a", kMany),
      "a" + repeat(" ^ a", kMany),
      "a" + repeat("[1m:]", kMany),
      "a[" + repeat("(", kMany),
      "a[" + repeat("-", kMany) + "1]",
      "a[1" + repeat("+1", kMany) + "]",
      "a offset " + repeat("-", kMany) + "1",
      "a offset " + repeat("max_of(", kMany),
  };
  for (const std::string& text : tails) {
    const std::string error = tree(text);
    EXPECT_NE(error.find("nested deeper than 500 levels"), std::string::npos)
        << text.substr(0, 20) << " gives " << error;
  }
  EXPECT_EQ(tree("a" + repeat(" + a", kMaxDepth - 1)).size(), (kMaxDepth - 1) * 6 + 1);
  EXPECT_NE(tree("a" + repeat(" + a", kMaxDepth)).find("nested"), std::string::npos);
}

TEST(Parser, RefusesTextThatIsTooLong) {
  const auto query = parse(std::string(2'000'000, ' '));
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().to_string(), "parse error: the query has 2000000 bytes, expected at most 1048576");
}

TEST(Parser, ReadsMatchersAlone) {
  const auto matchers = parse_matchers("up{job=~\"a|b\"}");
  ASSERT_TRUE(matchers);
  EXPECT_EQ(*matchers, (std::vector<model::Matcher>{{model::Matcher::Op::kRegex, "job", "a|b"},
                                                    {model::Matcher::Op::kEqual, "__name__", "up"}}));
  const auto error = [](std::string_view text) {
    const auto result = parse_matchers(text);
    return result ? "none" : result.error().to_string();
  };
  EXPECT_EQ(error("{a=\"\"}"), "1:1: parse error: vector selector must contain at least one non-empty matcher");
  EXPECT_EQ(error("up[5m]"), "1:3: parse error: unexpected \"[\"");
  EXPECT_EQ(error("up offset 5m"), "1:4: parse error: unexpected <offset>");
  EXPECT_EQ(error("sum(up)"), "1:4: parse error: unexpected \"(\"");
  EXPECT_EQ(error(""), "1:1: parse error: unexpected end of input");
}

TEST(Parser, ReadsTheLabelsOfASeries) {
  EXPECT_EQ(parse_series_labels("up{b=\"1\",a='2'}")->to_string(), "up{a=\"2\",b=\"1\"}");
  EXPECT_EQ(*parse_series_labels("{\"my.metric\"}"), model::Labels::of({{"__name__", "my.metric"}}));
  EXPECT_TRUE(parse_series_labels("{}")->empty());
  EXPECT_FALSE(parse_series_labels("up{a=~\"b\"}"));
  EXPECT_FALSE(parse_series_labels("up 1"));
}

TEST(Parser, NamesPlacesByLineAndColumn) {
  EXPECT_EQ(place_text("ab\ncd\n\ne", 0), "1:1");
  EXPECT_EQ(place_text("ab\ncd\n\ne", 2), "1:3");
  EXPECT_EQ(place_text("ab\ncd\n\ne", 3), "2:1");
  EXPECT_EQ(place_text("ab\ncd\n\ne", 7), "4:1");
  EXPECT_EQ(place_text("ab", 99), "1:3");
}

}  // namespace
}  // namespace oreum::promql
