#include <cmath>

#include "hand_made.h"
#include "promql/eval/binary/side.h"
#include "promql/eval/engine.h"
#include "storage/memory_store.h"

namespace oreum::promql {
namespace {

using test::Lines;
using test::none;
using test::row;

constexpr double kInf = HUGE_VAL;

struct Match {
  Expr expr{
      Binary{.op = BinaryOp::kAdd, .lhs = nullptr, .rhs = nullptr, .return_bool = false, .matching = VectorMatching{}},
      {3, 9},
      ValueType::kVector};
  Binary& op = std::get<Binary>(expr.node);
  VectorMatching& matching = *op.matching;
  Annotations notes;

  explicit Match(BinaryOp operation) { op.op = operation; }
  Lines operator()(std::vector<Row> left, std::vector<Row> right) {
    const size_t points = (left.empty() ? right : left).front().values.size();
    const storage::MemoryStore store;
    const EngineOptions options;
    Budget budget(options.limits, Deadline::never(), nullptr);
    Context context{.store = store, .options = options, .query = {}, .notes = notes, .budget = budget};
    VectorPair pair{context, expr, op, matching, points, test::rows(std::move(left)), test::rows(std::move(right))};
    const auto rows = is_set(op.op) ? set_rows(std::move(pair)) : matched_rows(std::move(pair));
    return test::read(*rows);
  }
};

TEST(Matching, FindsSeriesOfTheSameLabelsButTheName) {
  Match match(BinaryOp::kSub);
  EXPECT_EQ(
      match({row({{"__name__", "a"}, {"x", "1"}}, {5, none(), 7}), row({{"__name__", "a"}, {"x", "2"}}, {1, 2, 3})},
            {row({{"__name__", "b"}, {"x", "1"}}, {1, 1, none()}), row({{"__name__", "b"}, {"x", "3"}}, {1, 2, 3})}),
      (Lines{"{x=\"1\"} 4 _ _"}));
}

TEST(Matching, FiltersKeepTheLeftSeries) {
  Match match(BinaryOp::kGt);
  const std::vector<Row> left = {row({{"__name__", "a"}, {"x", "1"}}, {5, 1, NAN, none()})};
  const std::vector<Row> right = {row({{"__name__", "b"}, {"x", "1"}}, {1, 5, 1, 1})};
  EXPECT_EQ(match(left, right), (Lines{"a{x=\"1\"} 5 _ _ _"}));
  match.op.return_bool = true;
  EXPECT_EQ(match(left, right), (Lines{"a{x=\"1\"} 1 0 0 _ -name"}));
}

TEST(Matching, OnAndIgnoring) {
  Match match(BinaryOp::kAdd);
  match.matching.on = true;
  match.matching.labels = {"x"};
  const std::vector<Row> left = {row({{"__name__", "a"}, {"x", "1"}, {"y", "l"}}, {1})};
  const std::vector<Row> right = {row({{"__name__", "b"}, {"x", "1"}, {"y", "r"}}, {2})};
  EXPECT_EQ(match(left, right), (Lines{"{x=\"1\"} 3"}));
  match.matching.on = false;
  match.matching.labels = {"y", "z"};
  EXPECT_EQ(match(left, right), (Lines{"{x=\"1\"} 3"}));
  match.matching.labels = {"x"};
  EXPECT_EQ(match(left, right), Lines{});
}

TEST(Matching, ASecondSeriesOnTheOneSideIsAnErrorOnlyWhereTheyMeet) {
  Match match(BinaryOp::kAdd);
  match.matching.on = true;
  match.matching.labels = {"x"};
  const Row other = row({{"__name__", "b"}, {"x", "1"}, {"y", "2"}}, {none(), 20, 30});
  const std::vector<Row> left = {row({{"__name__", "a"}, {"x", "1"}}, {1, 1, none()})};
  EXPECT_EQ(match(left, {row({{"__name__", "b"}, {"x", "1"}, {"y", "1"}}, {10, none(), 10}), other}),
            (Lines{"{x=\"1\"} 11 _ _", "{x=\"1\"} _ 21 _"}));  // at the third point there is no left side at all
  EXPECT_EQ(match(left, {row({{"__name__", "b"}, {"x", "1"}, {"y", "1"}}, {10, 10, 10}), other}),
            (Lines{"found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation: "
                   "[{__name__=\"b\", x=\"1\", y=\"1\"}, {__name__=\"b\", x=\"1\", y=\"2\"}];many-to-many matching not "
                   "allowed: matching labels must "
                   "be unique on one side"}));
}

TEST(Matching, ASecondSeriesOnTheManySideHasToBeAskedFor) {
  Match match(BinaryOp::kMul);
  match.matching.on = true;
  match.matching.labels = {"x"};
  const std::vector<Row> right = {row({{"x", "1"}, {"info", "i"}}, {10, 10})};
  const std::vector<Row> apart = {row({{"x", "1"}, {"y", "1"}}, {1, none()}),
                                  row({{"x", "1"}, {"y", "2"}}, {none(), 2})};
  const std::vector<Row> meeting = {row({{"x", "1"}, {"y", "1"}}, {1, 1}), row({{"x", "1"}, {"y", "2"}}, {none(), 2})};
  EXPECT_EQ(match(apart, right), (Lines{"{x=\"1\"} 10 _", "{x=\"1\"} _ 20"}));
  EXPECT_EQ(match(meeting, right),
            (Lines{"multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"}));

  match.matching.cardinality = Cardinality::kManyToOne;
  EXPECT_EQ(match(meeting, right), (Lines{"{x=\"1\",y=\"1\"} 10 10", "{x=\"1\",y=\"2\"} _ 20"}));
  match.matching.include = {"info", "y"};
  EXPECT_EQ(match(apart, right), (Lines{"{info=\"i\",x=\"1\"} 10 _", "{info=\"i\",x=\"1\"} _ 20"}));
  EXPECT_EQ(match(meeting, right), (Lines{"multiple matches for labels: grouping labels must ensure unique matches"}));
}

TEST(Matching, AFilterDoesNotMakeMatchesUnique) {
  Match match(BinaryOp::kEq);
  match.matching.on = true;
  const std::vector<Row> left = {row({{"x", "1"}}, {1}), row({{"x", "2"}}, {1})};
  EXPECT_EQ(match(left, {row({}, {7})}),
            (Lines{"multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"}));
  match.matching.cardinality = Cardinality::kManyToOne;
  EXPECT_EQ(match(left, {row({}, {7})}), Lines{});
  match.matching.include = {"x"};
  EXPECT_EQ(match(left, {row({}, {7})}),
            (Lines{"multiple matches for labels: grouping labels must ensure unique matches"}));
}

TEST(Matching, ANameThatIsMatchedOnAndDropped) {
  Match match(BinaryOp::kAdd);
  match.matching.on = true;
  match.matching.labels = {"__name__", "x"};
  const std::vector<Row> names = {row({{"__name__", "a"}, {"x", "1"}}, {1, none()}),
                                  row({{"__name__", "b"}, {"x", "1"}}, {none(), 2})};
  EXPECT_EQ(match(names, names), (Lines{"{x=\"1\"} 2 _", "{x=\"1\"} _ 4"}));
  const std::vector<Row> meeting = {row({{"__name__", "a"}, {"x", "1"}}, {1, 1}),
                                    row({{"__name__", "b"}, {"x", "1"}}, {none(), 2})};
  EXPECT_EQ(match(meeting, meeting), (Lines{"vector cannot contain metrics with the same labelset"}));
}

TEST(Matching, TheManySideMayBeTheRightOne) {
  Match match(BinaryOp::kSub);
  match.matching.on = true;
  match.matching.labels = {"x"};
  match.matching.cardinality = Cardinality::kOneToMany;
  EXPECT_EQ(match({row({{"x", "1"}}, {10, 20})},
                  {row({{"x", "1"}, {"y", "1"}}, {1, 2}), row({{"x", "1"}, {"y", "2"}}, {3, none()})}),
            (Lines{"{x=\"1\",y=\"1\"} 9 18", "{x=\"1\",y=\"2\"} 7 _"}));
}

TEST(Matching, FillsWhatIsMissing) {
  Match match(BinaryOp::kSub);
  match.matching.fill_right = 100;
  const std::vector<Row> left = {row({{"x", "1"}}, {1, 2, none()}), row({{"x", "2"}}, {3, 3, 3})};
  const std::vector<Row> right = {row({{"x", "1"}}, {none(), 1, 1}), row({{"x", "3"}}, {5, none(), 5})};
  EXPECT_EQ(match(left, right), (Lines{"{x=\"1\"} _ 1 _", "{x=\"1\"} -99 _ _", "{x=\"2\"} -97 -97 -97"}));
  match.matching.fill_right.reset();
  match.matching.fill_left = 100;
  EXPECT_EQ(match(left, right), (Lines{"{x=\"1\"} _ 1 _", "{x=\"1\"} _ _ 99", "{x=\"3\"} 95 _ 95"}));
}

TEST(SetOperators, LookAtPresenceAlone) {
  const std::vector<Row> left = {row({{"__name__", "a"}, {"x", "1"}}, {1, 2, none()}),
                                 row({{"__name__", "a"}, {"x", "2"}}, {3, 3, 3})};
  const std::vector<Row> right = {row({{"__name__", "b"}, {"x", "1"}}, {none(), NAN, 7}, true),
                                  row({{"__name__", "b"}, {"x", "3"}}, {none(), -kInf, 9})};
  EXPECT_EQ(Match(BinaryOp::kAnd)(left, right), (Lines{"a{x=\"1\"} _ 2 _"}));
  EXPECT_EQ(Match(BinaryOp::kUnless)(left, right), (Lines{"a{x=\"1\"} 1 _ _", "a{x=\"2\"} 3 3 3"}));
  EXPECT_EQ(Match(BinaryOp::kOr)(left, right),
            (Lines{"a{x=\"1\"} 1 2 _", "a{x=\"2\"} 3 3 3", "b{x=\"1\"} _ _ 7 -name", "b{x=\"3\"} _ -Inf 9"}));
}

TEST(Matching, NumbersCannotBeTrimmed) {
  Match match(BinaryOp::kTrimUpper);
  EXPECT_EQ(match({row({{"x", "1"}}, {1, 2})}, {row({{"x", "2"}}, {1, 2})}), Lines{});
  EXPECT_TRUE(match.notes.infos().empty());
  EXPECT_EQ(match({row({{"x", "1"}}, {1, 2})}, {row({{"x", "1"}}, {1, 2})}), Lines{});
  ASSERT_EQ(match.notes.infos().size(), 1u);
  EXPECT_EQ(match.notes.infos()[0].text,
            "incompatible sample types encountered for binary operator \"</\": float </ float");
}

TEST(SetOperators, MatchOnLabels) {
  Match match(BinaryOp::kOr);
  match.matching.on = true;
  EXPECT_EQ(match({row({{"x", "1"}}, {1, none()})}, {row({{"y", "2"}}, {5, 6})}),
            (Lines{"{x=\"1\"} 1 _", "{y=\"2\"} _ 6"}));
}

}  // namespace
}  // namespace oreum::promql
