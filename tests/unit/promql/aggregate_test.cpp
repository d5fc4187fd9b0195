#include <cmath>
#include <limits>

#include "hand_made.h"
#include "promql/eval/aggregate/aggregation.h"
#include "promql/eval/engine.h"
#include "storage/memory_store.h"

namespace oreum::promql {
namespace {

using test::Lines;
using test::none;
using test::row;

constexpr double kInf = HUGE_VAL;
constexpr double kMax = std::numeric_limits<double>::max();

struct Aggregating {
  Aggregate node{.op = AggregateOp::kSum};
  Annotations notes;

  Aggregating(std::vector<std::string> grouping, bool without) {
    node.grouping = std::move(grouping);
    node.without = without;
  }
  Aggregating& by_value(std::string_view label) {
    node.param = std::make_unique<const Expr>(Expr{StringLiteral{std::string(label)}, {}, ValueType::kString});
    return *this;
  }

  Lines operator()(AggregationFactory make, std::vector<Row> input, Column param = {}) {
    if (!node.param) node.param = std::make_unique<const Expr>(Expr{NumberLiteral{0}, {5, 6}});
    const storage::MemoryStore store;
    const EngineOptions options;
    Budget budget(options.limits, Deadline::never(), nullptr);
    const Grid grid{0, 1, input.front().values.size()};
    Context context{.store = store, .options = options, .query = grid, .notes = notes, .budget = budget};
    if (param.size() == 1) param.resize(grid.count, param.front());
    auto rows = make({context, node, grid, test::rows(std::move(input)), std::move(param)});
    if (!rows) return {rows.error().to_string()};
    return test::read(**rows);
  }
};

Aggregating all() { return {{}, false}; }
Aggregating by(std::vector<std::string> names) { return {std::move(names), false}; }
Aggregating without(std::vector<std::string> names) { return {std::move(names), true}; }

const std::vector<Row> kInput = {row({{"__name__", "a"}, {"g", "1"}, {"x", "1"}}, {1, none(), NAN}),
                                 row({{"__name__", "a"}, {"g", "1"}, {"x", "2"}}, {2, 5, -1}),
                                 row({{"__name__", "a"}, {"g", "2"}, {"x", "1"}}, {none(), none(), 4})};

TEST(Aggregations, Group) {
  EXPECT_EQ(all()(make_sum, kInput), (Lines{"{} 3 5 NaN"}));
  EXPECT_EQ(by({"g"})(make_sum, kInput), (Lines{"{g=\"1\"} 3 5 NaN", "{g=\"2\"} _ _ 4"}));
  EXPECT_EQ(without({"x"})(make_sum, kInput), (Lines{"{g=\"1\"} 3 5 NaN", "{g=\"2\"} _ _ 4"}));
  EXPECT_EQ(by({"x", "__name__", "nowhere"})(make_count, kInput), (Lines{"a{x=\"1\"} 1 _ 2", "a{x=\"2\"} 1 1 1"}));
}

TEST(Aggregations, CarryTheNameThatIsToBeDropped) {
  const std::vector<Row> input = {row({{"__name__", "a"}}, {1}, true), row({{"__name__", "b"}}, {2})};
  EXPECT_EQ(by({"__name__"})(make_sum, input), (Lines{"a 1 -name", "b 2"}));
}

TEST(Aggregations, OfEveryKind) {
  EXPECT_EQ(all()(make_count, kInput), (Lines{"{} 2 1 3"}));
  EXPECT_EQ(all()(make_group, kInput), (Lines{"{} 1 1 1"}));
  EXPECT_EQ(all()(make_min, kInput), (Lines{"{} 1 5 -1"}));
  EXPECT_EQ(all()(make_max, kInput), (Lines{"{} 2 5 4"}));
  EXPECT_EQ(all()(make_avg, kInput), (Lines{"{} 1.5 5 NaN"}));
  EXPECT_EQ(all()(make_stdvar, kInput), (Lines{"{} 0.25 0 NaN"}));
  EXPECT_EQ(all()(make_stddev, kInput), (Lines{"{} 0.5 0 NaN"}));
  EXPECT_EQ(all()(make_quantile, kInput, {0.5}), (Lines{"{} 1.5 5 -1"}));
}

TEST(Aggregations, AMeanDoesNotOverflow) {
  EXPECT_EQ(
      all()(make_avg, {row({{"x", "1"}}, {kMax, kInf}), row({{"x", "2"}}, {kMax, 1}), row({{"x", "3"}}, {kMax, 1})}),
      (Lines{"{} 1.7976931348623155e+308 +Inf"}));
  EXPECT_EQ(all()(make_sum,
                  {row({{"x", "1"}}, {1e100, kInf}), row({{"x", "2"}}, {1, 1}), row({{"x", "3"}}, {-1e100, -kInf})}),
            (Lines{"{} 1 NaN"}));
}

TEST(Aggregations, NanIsAnExtremeOnlyAlone) {
  EXPECT_EQ(all()(make_max, {row({{"x", "1"}}, {NAN, NAN, 1}), row({{"x", "2"}}, {none(), -kInf, NAN})}),
            (Lines{"{} NaN -Inf 1"}));
  EXPECT_EQ(all()(make_topk, {row({{"x", "1"}}, {NAN, NAN, 1}), row({{"x", "2"}}, {none(), -kInf, NAN})}, {1}),
            (Lines{"{x=\"1\"} NaN _ 1", "{x=\"2\"} _ -Inf _"}));
}

TEST(Topk, TakesAnotherNumberAtEachPoint) {
  const std::vector<Row> input = {row({{"x", "1"}}, {1, 1, 1, 1}), row({{"x", "2"}}, {2, 2, 2, 2}),
                                  row({{"x", "3"}}, {3, 3, 3, none()})};
  EXPECT_EQ(all()(make_topk, input, {1, 2.9, 0, 100}),
            (Lines{"{x=\"1\"} _ _ _ 1", "{x=\"2\"} _ 2 _ 2", "{x=\"3\"} 3 3 _ _"}));
  EXPECT_EQ(all()(make_bottomk, input, {1, 2, -5, 1}), (Lines{"{x=\"1\"} 1 1 _ 1", "{x=\"2\"} _ 2 _ _"}));
}

TEST(Topk, AnInstantIsSorted) {
  const std::vector<Row> input = {row({{"x", "1"}}, {1}), row({{"x", "2"}}, {NAN}), row({{"x", "3"}}, {3}),
                                  row({{"x", "4"}}, {2})};
  EXPECT_EQ(all()(make_topk, input, {9}), (Lines{"{x=\"3\"} 3", "{x=\"4\"} 2", "{x=\"1\"} 1", "{x=\"2\"} NaN"}));
  EXPECT_EQ(all()(make_bottomk, input, {2}), (Lines{"{x=\"1\"} 1", "{x=\"4\"} 2"}));
}

TEST(Topk, OfEqualValuesKeepsWhatAHeapKeeps) {
  const std::vector<Row> input = {row({{"x", "1"}}, {1}), row({{"x", "2"}}, {1}), row({{"x", "3"}}, {1}),
                                  row({{"x", "4"}}, {2})};
  EXPECT_EQ(all()(make_topk, input, {2}), (Lines{"{x=\"4\"} 2", "{x=\"2\"} 1"}));
}

TEST(Parameters, ThatCannotBe) {
  EXPECT_EQ(all()(make_topk, kInput, {NAN}), (Lines{"Parameter value is NaN"}));
  EXPECT_EQ(all()(make_topk, kInput, {1e20}), (Lines{"Scalar value 1e+20 overflows int64"}));
  EXPECT_EQ(all()(make_limitk, kInput, {-kInf, 1, 1}), (Lines{"Scalar value -Inf underflows int64"}));
  EXPECT_EQ(all()(make_limit_ratio, kInput, {NAN}), (Lines{"Ratio value is NaN"}));
  EXPECT_EQ(all().by_value("")(make_count_values, kInput).size(), 1u);
}

TEST(Quantile, WarnsOfWhatIsNoShare) {
  Aggregating quantile = all();
  EXPECT_EQ(quantile(make_quantile, kInput, {-1, 2, 0}), (Lines{"{} -Inf +Inf NaN"}));
  ASSERT_EQ(quantile.notes.warnings().size(), 2u);
  EXPECT_EQ(quantile.notes.warnings()[0].text, "quantile value should be between 0 and 1, got 2");
  EXPECT_EQ(quantile.notes.warnings()[0].where, (Span{5, 6}));
}

TEST(Quantile, OverMorePointsThanABlock) {
  Column first(21);
  Column second(21);
  for (size_t i = 0; i < first.size(); ++i) {
    first[i] = i % 3 == 0 ? none() : static_cast<double>(i);
    second[i] = static_cast<double>(i) + 10;
  }
  const Lines lines = all()(make_quantile, {row({{"x", "1"}}, first), row({{"x", "2"}}, second)}, {1});
  EXPECT_EQ(lines, (Lines{"{} 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"}));
}

TEST(CountValues, NamesTheValues) {
  const std::vector<Row> input = {row({{"x", "1"}}, {1, 0.1, NAN}), row({{"x", "2"}}, {1, -0.0, NAN}),
                                  row({{"x", "3"}}, {1e25, 0, none()}), row({{"x", "4"}}, {-2.5e-9, none(), none()})};
  EXPECT_EQ(all().by_value("v")(make_count_values, input),
            (Lines{"{v=\"1\"} 2 _ _", "{v=\"0.1\"} _ 1 _", "{v=\"NaN\"} _ _ 2", "{v=\"-0\"} _ 1 _",
                   "{v=\"10000000000000000000000000\"} 1 _ _", "{v=\"0\"} _ 1 _", "{v=\"-0.0000000025\"} 1 _ _"}));
  EXPECT_EQ(without({}).by_value("x")(make_count_values, {row({{"x", "1"}}, {1, 2})}),
            (Lines{"{x=\"1\"} 1 _", "{x=\"2\"} _ 1"}));
  EXPECT_EQ(without({"x"}).by_value("x")(make_count_values, {row({{"x", "1"}}, {1, 2})}), (Lines{"{} 1 1"}));
}

TEST(Limitk, TakesTheFirstOfEachGroup) {
  EXPECT_EQ(by({"g"})(make_limitk, kInput, {1}),
            (Lines{"a{g=\"1\",x=\"1\"} 1 _ NaN", "a{g=\"1\",x=\"2\"} _ 5 _", "a{g=\"2\",x=\"1\"} _ _ 4"}));
}

TEST(LimitRatio, APartAndItsComplement) {
  std::vector<Row> input;
  for (int i = 0; i < 1000; ++i) input.push_back(row({{"x", std::to_string(i)}}, {1.0 * i}));
  const Lines some = all()(make_limit_ratio, input, {0.3});
  Lines others = all()(make_limit_ratio, input, {-0.7});
  EXPECT_NEAR(static_cast<double>(some.size()), 300, 60);
  EXPECT_EQ(some.size() + others.size(), input.size());
  for (const std::string& line : some) EXPECT_EQ(std::count(others.begin(), others.end(), line), 0) << line;
  EXPECT_EQ(all()(make_limit_ratio, input, {1}).size(), input.size());
  EXPECT_EQ(all()(make_limit_ratio, input, {-1}).size(), input.size());
  EXPECT_EQ(all()(make_limit_ratio, input, {0}).size(), 0u);
  Aggregating capped = all();
  EXPECT_EQ(capped(make_limit_ratio, input, {7}).size(), input.size());
  ASSERT_EQ(capped.notes.warnings().size(), 1u);
  EXPECT_EQ(capped.notes.warnings()[0].text, "ratio value should be between -1 and 1, got 7, capping to 1");
}

}  // namespace
}  // namespace oreum::promql
