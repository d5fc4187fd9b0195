#include "support/memory_store.h"

#include <gtest/gtest.h>

namespace oreum::storage::test {
namespace {

using model::Matcher;

std::vector<std::string> names(Querier& querier, std::vector<Matcher> matchers) {
  std::vector<std::string> out;
  auto set = querier.select(matchers);
  EXPECT_TRUE(set.has_value());
  while ((*set)->next()) out.push_back((*set)->series().labels.to_string());
  return out;
}

TEST(MemoryStore, AnswersSeriesInOrderAndSamplesOfTheRange) {
  MemoryStore store;
  store.add({{"__name__", "b"}, {"x", "1"}}, 0, 1000, {1, 2, 3, 4});
  store.add({{"__name__", "a"}, {"x", "2"}}, 5000, 5);
  store.add({{"__name__", "a"}, {"x", "2"}}, 1000, 6);
  store.add({{"__name__", "a"}, {"x", "2"}}, 1000, 7);
  const auto querier = store.querier({1000}, {2000});
  ASSERT_TRUE(querier.has_value());
  EXPECT_EQ(names(**querier, {}), (std::vector<std::string>{"a{x=\"2\"}", "b{x=\"1\"}"}));
  EXPECT_EQ(names(**querier, {{Matcher::Op::kNotRegex, "x", "2|3"}}), (std::vector<std::string>{"b{x=\"1\"}"}));

  const auto set = (*querier)->select({});
  Columns columns;
  ASSERT_TRUE((*set)->next());
  ASSERT_TRUE((*set)->read(columns).has_value());
  EXPECT_EQ(columns.t, (RawVector<int64_t>{1000}));
  EXPECT_EQ(columns.v, (std::vector<double>{7}));
  ASSERT_TRUE((*set)->next());
  ASSERT_TRUE((*set)->read(columns).has_value());
  EXPECT_EQ(columns.t, (RawVector<int64_t>{1000, 2000}));
  EXPECT_EQ(columns.v, (std::vector<double>{2, 3}));
  EXPECT_FALSE((*set)->next());

  EXPECT_EQ(*(*querier)->label_names({}), (std::vector<std::string>{"__name__", "x"}));
  EXPECT_EQ(*(*querier)->label_values("x", {}), (std::vector<std::string>{"1", "2"}));
}

TEST(MemoryStore, RefusesABadExpression) {
  const MemoryStore store;
  const auto querier = store.querier({0}, {1});
  const std::vector<Matcher> bad{{Matcher::Op::kRegex, "x", "("}};
  EXPECT_EQ((*querier)->select(bad).error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace oreum::storage::test
