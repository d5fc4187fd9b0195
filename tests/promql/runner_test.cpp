// The runner itself must see what is wrong.
#include "promql/runner.h"

#include <gtest/gtest.h>

namespace oreum::test {
namespace {

/// The complaints about a script over the first store.
std::vector<std::string> complaints(std::string_view text) {
  const auto commands = parse_script(text);
  EXPECT_TRUE(commands.has_value()) << commands.error().to_string();
  return run_script(*commands, store_kinds().front());
}

constexpr std::string_view kData = "load 1m\n  m{a=\"x\"} 1+1x5\n  m{a=\"y\"} 10 _ stale\n\n";

bool wrong(std::string_view eval) {
  const auto all = complaints(std::string(kData) + std::string(eval));
  EXPECT_LE(all.size(), 1u);
  return !all.empty();
}

TEST(ScriptRunner, ComparesValuesLabelsAndTimes) {
  EXPECT_FALSE(wrong("eval instant at 1m m\n  m{a=\"x\"} 2\n  m{a=\"y\"} 10\n"));
  EXPECT_TRUE(wrong("eval instant at 1m m\n  m{a=\"x\"} 3\n  m{a=\"y\"} 10\n"));
  EXPECT_TRUE(wrong("eval instant at 1m m\n  m{a=\"x\"} 2\n"));
  EXPECT_TRUE(wrong("eval instant at 2m m\n  m{a=\"x\"} 3\n  m{a=\"y\"} 10\n"));
  EXPECT_FALSE(wrong("eval range from 0 to 2m step 1m m\n  m{a=\"x\"} 1 2 3\n  m{a=\"y\"} 10 10 _\n"));
  EXPECT_TRUE(wrong("eval range from 0 to 2m step 1m m\n  m{a=\"x\"} 1 2 3\n  m{a=\"y\"} 10 _ 10\n"));
  EXPECT_FALSE(
      wrong("eval instant at 1m m[2m]\n  expect range vector from 0 to 1m step 1m\n"
            "  m{a=\"x\"} 1 2\n  m{a=\"y\"} 10\n"));
  EXPECT_FALSE(wrong("eval instant at 0 1 + 1\n  2\n"));
  EXPECT_TRUE(wrong("eval instant at 0 vector(2)\n  2\n"));
  EXPECT_FALSE(wrong("eval instant at 0 \"text\"\n  expect string \"text\"\n"));
  EXPECT_TRUE(wrong("eval instant at 0 \"text\"\n  expect string \"other\"\n"));
}

TEST(ScriptRunner, ComparesOrder) {
  EXPECT_FALSE(wrong("eval instant at 0 sort_desc(m)\n  expect ordered\n  m{a=\"y\"} 10\n  m{a=\"x\"} 1\n"));
  EXPECT_TRUE(wrong("eval instant at 0 sort_desc(m)\n  expect ordered\n  m{a=\"x\"} 1\n  m{a=\"y\"} 10\n"));
}

TEST(ScriptRunner, ComparesErrorsAndAnnotations) {
  EXPECT_FALSE(wrong("eval instant at 0 sum(\n  expect fail\n"));
  EXPECT_TRUE(wrong("eval instant at 0 sum(m)\n  expect fail\n"));
  EXPECT_TRUE(wrong("eval instant at 0 sum(\n  {} 11\n"));
  EXPECT_TRUE(wrong("eval instant at 0 sum(\n  expect fail msg: another\n"));
  EXPECT_FALSE(wrong("eval instant at 0 sum(\n  expect fail regex: parse .rror\n"));
  EXPECT_FALSE(wrong("eval_fail instant at 0 sum(\n  expected_fail_regexp parse .rror\n"));
  EXPECT_FALSE(wrong("eval instant at 5m rate(m[2m])\n  expect info\n  {a=\"x\"} 0.016666666666666666\n"));
  EXPECT_TRUE(wrong("eval instant at 5m rate(m[2m])\n  expect no_info\n  {a=\"x\"} 0.016666666666666666\n"));
  EXPECT_TRUE(wrong("eval instant at 5m rate(m[2m])\n  expect warn\n  {a=\"x\"} 0.016666666666666666\n"));
}

TEST(ScriptRunner, ClearTakesAllAway) { EXPECT_FALSE(wrong("clear\n\neval instant at 0 m\n")); }

TEST(ScriptParser, NamesTheLineOfWhatItDoesNotUnderstand) {
  const std::string bad[] = {"lod 1m\n  m 1\n",
                             "load soon\n  m 1\n",
                             "load 1m\n  m 1+x\n",
                             "load 1m\n  m {{schema:1}}\n",
                             "load_with_nhcb 1m\n",
                             "eval sometime at 0 m\n",
                             "eval range from 0 step 1m m\n",
                             "eval instant at 0 m\n  expect the best\n",
                             "eval instant at 0 m\n  expect warn text: x\n"};
  for (const std::string& text : bad) {
    const auto commands = parse_script("\n# a comment\n" + text);
    ASSERT_FALSE(commands.has_value()) << text;
    EXPECT_TRUE(commands.error().message().starts_with(text.find("\n  ") == std::string::npos ? "3: " : "")) << text;
  }
  EXPECT_TRUE(parse_script("").value().empty());
}

}  // namespace
}  // namespace oreum::test
