// Print and pretty-print read back to the same tree; no text does harm.
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "promql/parse/parser.h"
#include "promql/parse/printer.h"
#include "support/random_query.h"
#include "tree_text.h"

namespace oreum::promql {
namespace {

const test::QueryNames kNames{
    {"up", "cpu_seconds_total", "a:b", "my.metric", "é\"\n"}, {"job", "mode", "label name"}, {"a", "b|c", "x\ny\"\\z"}};

std::string tree(std::string_view text) {
  const auto query = parse(text);
  return query ? tree_text(*(*query)->root) : query.error().to_string();
}

RC_GTEST_PROP(RoundTrip, WhatIsPrintedIsTheSameTree, (uint64_t seed, bool odd)) {
  test::RandomQuery random(seed, kNames, {.depth = 4, .odd_text = odd});
  for (int i = 0; i < 10; ++i) {
    const std::string text = random.any();
    const auto query = parse(text);
    if (!query) RC_FAIL(text + " gives " + query.error().to_string());
    const std::string expected = tree_text(*(*query)->root);
    RC_ASSERT(tree(print(*(*query)->root)) == expected);
    RC_ASSERT(tree(pretty(*(*query)->root)) == expected);
    RC_ASSERT(print(*(*parse(print(*(*query)->root)))->root) == print(*(*query)->root));
  }
}

RC_GTEST_PROP(RoundTrip, EveryTruncationIsAQueryOrAnErrorWithAPlace, (uint64_t seed)) {
  test::RandomQuery random(seed, kNames, {.depth = 3, .odd_text = true});
  const std::string text = random.any();
  for (size_t size = 0; size < text.size(); ++size) {
    const auto query = parse(std::string_view(text).substr(0, size));
    RC_ASSERT(query || query.error().message().find(": parse error: ") != std::string::npos);
  }
}

RC_GTEST_PROP(RoundTrip, AnyTextIsAQueryOrAnError, (const std::string& text)) {
  const auto query = parse(text);
  if (query) RC_ASSERT(tree(print(*(*query)->root)) == tree_text(*(*query)->root));
}

/// Words of the language in any order come further than bytes.
RC_GTEST_PROP(RoundTrip, AnyWordsAreAQueryOrAnError, ()) {
  static const std::vector<std::string> kWords{"(",
                                               ")",
                                               "[",
                                               "]",
                                               "{",
                                               "}",
                                               ",",
                                               ":",
                                               "+",
                                               "-",
                                               "^",
                                               "==",
                                               "=",
                                               "=~",
                                               "!=",
                                               "</",
                                               "@",
                                               "by",
                                               "on",
                                               "offset",
                                               "bool",
                                               "fill(1)",
                                               "and",
                                               "sum",
                                               "abs",
                                               "foo",
                                               "step()",
                                               "'a'",
                                               "5m",
                                               "0x1F",
                                               "1",
                                               "a:b",
                                               "start(",
                                               "smoothed",
                                               "min_of",
                                               "group_left",
                                               " ",
                                               "\n",
                                               "#",
                                               "\\",
                                               "\"\\xff\"",
                                               "inf",
                                               "`",
                                               "without",
                                               "!",
                                               "topk(1,",
                                               "rate(foo[5m])",
                                               "{a='b'}"};
  const auto picked = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kWords));
  std::string text;
  for (const std::string& word : picked) text += word + (word.size() % 2 == 0 ? " " : "");
  const auto query = parse(text);
  if (query) RC_ASSERT(tree(print(*(*query)->root)) == tree_text(*(*query)->root));
}

}  // namespace
}  // namespace oreum::promql
