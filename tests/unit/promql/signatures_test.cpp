#include "promql/parse/signatures.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "support/random_query.h"

namespace oreum::promql {
namespace {

TEST(Signatures, AreFoundByTheirExactNames) {
  for (const Signature& signature : signatures()) EXPECT_EQ(find_signature(signature.name), &signature);
  for (const std::string_view name : {"", "RATE", "rat", "rate_", "sum", "holt_winters", "zzz"}) {
    EXPECT_EQ(find_signature(name), nullptr) << name;
  }
}

TEST(Signatures, SayHowManyArgumentsThereMayBe) {
  const auto bounds = [](std::string_view name) {
    const Signature* const found = find_signature(name);
    return std::pair(found->min_args(), found->max_args());
  };
  EXPECT_EQ(bounds("rate"), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(bounds("time"), std::pair(size_t{0}, size_t{0}));
  EXPECT_EQ(bounds("year"), std::pair(size_t{0}, size_t{1}));
  EXPECT_EQ(bounds("round"), std::pair(size_t{1}, size_t{2}));
  EXPECT_EQ(bounds("label_join"), std::pair(size_t{3}, SIZE_MAX));
  EXPECT_EQ(bounds("histogram_quantiles"), std::pair(size_t{3}, size_t{12}));
  EXPECT_EQ(find_signature("label_join")->arg(7), ValueType::kString);
}

/// What has a parameter must exist to be left out.
TEST(Signatures, HaveSomethingToLeaveOut) {
  for (const Signature& signature : signatures()) {
    EXPECT_TRUE(signature.optional == 0 || !signature.args.empty()) << signature.name;
  }
}

TEST(Signatures, RandomQueriesUseThemAll) {
  const std::vector<std::string_view> used = test::RandomQuery::functions();
  std::set<std::string_view> left;
  for (const Signature& signature : signatures()) left.insert(signature.name);
  for (const std::string_view name : used) EXPECT_EQ(left.erase(name), 1U) << name;
  for (const std::string_view name : left) ADD_FAILURE() << name;
}

}  // namespace
}  // namespace oreum::promql
