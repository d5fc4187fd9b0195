#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/mutex.h"
#include "storage/head.h"
#include "storage/index_order.h"
#include "storage/value_test.h"

namespace oreum::storage {
namespace {

using model::Labels;
using model::Matcher;
using testing::ElementsAre;
using testing::IsEmpty;

HeadSeries* add(Head& head, Labels labels) {
  auto series = std::make_unique<HeadSeries>();
  series->series = std::make_shared<const model::Series>(std::move(labels));
  return head.insert(std::move(series));
}

CompiledMatchers compiled(const std::vector<Matcher>& matchers) {
  auto result = CompiledMatchers::compile(matchers);
  EXPECT_TRUE(result) << result.error().to_string();
  return std::move(*result);
}

std::vector<std::string> texts(const std::vector<HeadSeries*>& series) {
  std::vector<std::string> all;
  for (const HeadSeries* one : series) all.push_back(one->series->labels.to_string());
  return all;
}

std::vector<std::string> select(const Head& head, const std::vector<Matcher>& matchers) {
  return texts(head.select(compiled(matchers)));
}

TEST(Index, AnswersEachKindOfMatcher) {
  Head head;
  add(head, Labels::of({{"__name__", "up"}, {"job", "node"}, {"zone", "a"}}));
  add(head, Labels::of({{"__name__", "up"}, {"job", "web"}}));
  add(head, Labels::of({{"__name__", "load"}, {"job", "node"}}));
  using enum Matcher::Op;
  EXPECT_THAT(select(head, {{kEqual, "__name__", "up"}}),
              ElementsAre("up{job=\"node\",zone=\"a\"}", "up{job=\"web\"}"));
  EXPECT_THAT(select(head, {{kEqual, "__name__", "up"}, {kNotEqual, "job", "web"}}),
              ElementsAre("up{job=\"node\",zone=\"a\"}"));
  EXPECT_THAT(select(head, {{kEqual, "zone", ""}}), ElementsAre("load{job=\"node\"}", "up{job=\"web\"}"));
  EXPECT_THAT(select(head, {{kNotEqual, "zone", ""}}), ElementsAre("up{job=\"node\",zone=\"a\"}"));
  EXPECT_THAT(select(head, {{kRegex, "zone", "b|"}, {kRegex, "job", ".*o.*"}}), ElementsAre("load{job=\"node\"}"));
  EXPECT_THAT(select(head, {{kNotRegex, "zone", "|a"}}), IsEmpty());
  EXPECT_THAT(select(head, {{kEqual, "nobody", "has"}}), IsEmpty());
  EXPECT_THAT(select(head, {{kNotEqual, "nobody", "has"}, {kRegex, "__name__", "l[a-z]+"}}),
              ElementsAre("load{job=\"node\"}"));
  EXPECT_THAT(select(head, {}), ElementsAre("load{job=\"node\"}", "up{job=\"node\",zone=\"a\"}", "up{job=\"web\"}"));
}

TEST(Index, SaysWhatIsWrongWithAnExpression) {
  const std::vector<Matcher> bad{{Matcher::Op::kRegex, "job", "a(b"}};
  const auto result = CompiledMatchers::compile(bad);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.error().to_string(), "label matcher job=~\"a(b\": bad regular expression: missing ): a(b");
}

// ------------------------------------------------------------------ properties

// Few short names and values, so that they meet; odd ones, so that order and ends are tried.
const std::vector<std::string> kNames{"__name__", "a", "ab", "b", "job", "Z"};
const std::vector<std::string> kValues{"x",
                                       "xy",
                                       "xyz",
                                       "y",
                                       "yx",
                                       "1",
                                       "10",
                                       "100",
                                       "2",
                                       "a",
                                       "b",
                                       "é",
                                       "x\n",
                                       "longer than eight",
                                       "longer than nine",
                                       "xx",
                                       std::string("x\0", 2),
                                       std::string("x\0y", 3)};
const std::vector<std::string> kExpressions{
    "",      ".*",    ".+",      "x",      "x|y",     "x|",      "|",     "x.*",      "x.+",     ".*x",   ".+x",
    ".*x.*", "(x|y)", "(?:x|y)", "x(y|z)", "1(0|00)", "x(y|yz)", "[xy]+", "x?",       "(?i)X.*", "1\\d+", "x\\.",
    "x.y",   "x.*y",  "x.*z",    ".",      "..",      "(x)(y)",  "x{2}",  "longer.*", "^x$",     "é",     ".*e"};

rc::Gen<Labels> any_labels() {
  return rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
                          rc::gen::pair(rc::gen::elementOf(kNames), rc::gen::elementOf(kValues))),
                      [](const std::vector<std::pair<std::string, std::string>>& pairs) {
                        std::vector<model::Label> labels;
                        for (const auto& [name, value] : pairs) labels.push_back({name, value});
                        return Labels::of(labels);
                      });
}

rc::Gen<Matcher> any_matcher() {
  using enum Matcher::Op;
  auto names = kNames;
  names.emplace_back("none");
  auto equals = kValues;
  equals.emplace_back("");
  return rc::gen::map(rc::gen::tuple(rc::gen::element(kEqual, kNotEqual, kRegex, kNotRegex), rc::gen::elementOf(names),
                                     rc::gen::elementOf(equals), rc::gen::elementOf(kExpressions)),
                      [](const auto& parts) {
                        const auto& [op, name, value, expression] = parts;
                        return Matcher{op, name, op == kEqual || op == kNotEqual ? value : expression};
                      });
}

/// What select() promises, by looking at every series and letting RE2 do all expressions.
struct Model {
  std::set<Labels> all;

  std::vector<Labels> select(const std::vector<Matcher>& matchers) const {
    using enum Matcher::Op;
    std::vector<std::unique_ptr<ValueTest>> tests;
    for (const Matcher& m : matchers) {
      const bool equality = m.op == kEqual || m.op == kNotEqual;
      tests.push_back(equality ? ValueTest::equal(m.value) : *ValueTest::slow_regex(m.value));
    }
    std::vector<Labels> found;
    for (const Labels& labels : all) {
      bool matches = true;
      for (size_t i = 0; matches && i < matchers.size(); ++i) {
        const bool positive = matchers[i].op == kEqual || matchers[i].op == kRegex;
        matches = tests[i]->passes(labels.get(matchers[i].name)) == positive;
      }
      if (matches) found.push_back(labels);
    }
    return found;
  }
};

void check_same(const Head& head, const Model& model, const std::vector<Matcher>& matchers) {
  const CompiledMatchers ready = compiled(matchers);
  const std::vector<Labels> wanted = model.select(matchers);
  const std::vector<HeadSeries*> found = head.select(ready);
  RC_ASSERT(found.size() == wanted.size());
  RC_ASSERT(std::equal(found.begin(), found.end(), wanted.begin(),
                       [](const HeadSeries* a, const Labels& b) { return a->series->labels == b; }));
  std::set<std::string> names;
  std::map<std::string, std::set<std::string>> values;
  for (const Labels& labels : wanted) {
    for (const model::Label& label : labels) {
      names.emplace(label.name);
      values[std::string(label.name)].emplace(label.value);
    }
  }
  const IndexView view = head.view();
  RC_ASSERT(view.label_names(ready) == std::vector<std::string>(names.begin(), names.end()));
  for (const char* name : {"a", "job", "none"}) {
    RC_ASSERT(view.label_values(name, ready) == std::vector<std::string>(values[name].begin(), values[name].end()));
  }
}

RC_GTEST_PROP(Index, SelectsWhatAScanFinds, ()) {
  Head head;
  Model model;
  for (Labels& labels : *rc::gen::container<std::vector<Labels>>(any_labels())) {
    if (model.all.insert(labels).second) add(head, std::move(labels));
  }
  for (const auto& matchers : *rc::gen::container<std::vector<std::vector<Matcher>>>(
           rc::gen::container<std::vector<Matcher>>(any_matcher()))) {
    check_same(head, model, matchers);
  }
}

struct Many {
  Head head;
  Model model;
};

std::unique_ptr<Many> make_many() {
  auto many = std::make_unique<Many>();
  for (int i = 0; i < 4000; ++i) {
    const std::string n = std::to_string(i);
    const std::string_view job = kValues[static_cast<size_t>(i) % kValues.size()];
    const Labels labels = Labels::of({{"__name__", i % 7 == 0 ? "x" : "xy"},
                                      {"a", n},
                                      {"ab", i % 1000 == 0 ? "1" : ""},
                                      {"b", i % 3 == 0 ? n : "x"},
                                      {"job", job}});
    HeadSeries* series = add(many->head, labels);
    if (i % 10 == 9) {
      many->head.erase(series);
    } else {
      many->model.all.insert(labels);
    }
  }
  return many;
}

// The same where there are enough series for the paths that small ones never take: sets, searches, filters.
RC_GTEST_PROP(Index, SelectsWhatAScanFindsAmongMany, ()) {
  static const std::unique_ptr<Many> many = make_many();
  const auto matchers = *rc::gen::resize(4, rc::gen::container<std::vector<Matcher>>(any_matcher()));
  check_same(many->head, many->model, matchers);
}

RC_GTEST_PROP(Index, FollowsInsertsErasuresAndCompactions, ()) {
  Head head;
  Model model;
  std::optional<Head::Compaction> compaction;
  for (const auto& [what, labels] :
       *rc::gen::container<std::vector<std::pair<int, Labels>>>(rc::gen::pair(rc::gen::inRange(0, 8), any_labels()))) {
    HeadSeries* known = head.find(model::Series(labels).id);
    RC_ASSERT((known != nullptr) == model.all.contains(labels));
    if (what == 0 && !compaction) {
      compaction = head.begin_compaction();
    } else if (what == 1 && compaction) {
      compaction->build();
      head.finish_compaction(*compaction);
      compaction.reset();
    } else if (known == nullptr) {
      add(head, labels);
      model.all.insert(labels);
    } else {
      head.erase(known);
      model.all.erase(labels);
    }
  }
  RC_ASSERT(head.size() == model.all.size());
  check_same(head, model, {});
  check_same(head, model, *rc::gen::container<std::vector<Matcher>>(any_matcher()));
}

RC_GTEST_PROP(Index, OrdersAsLabelsCompare, ()) {
  std::vector<std::unique_ptr<HeadSeries>> owned;
  std::set<Labels> sorted;
  for (const Labels& labels : *rc::gen::resize(150, rc::gen::container<std::vector<Labels>>(any_labels()))) {
    if (!sorted.insert(labels).second) continue;
    owned.push_back(std::make_unique<HeadSeries>());
    owned.back()->series = std::make_shared<const model::Series>(labels);
  }
  std::vector<HeadSeries*> series;
  for (const auto& one : owned) series.push_back(one.get());
  sort_by_labels(series);
  RC_ASSERT(series.size() == sorted.size());
  RC_ASSERT(std::equal(series.begin(), series.end(), sorted.begin(),
                       [](const HeadSeries* a, const Labels& b) { return a->series->labels == b; }));
}

std::string any_text(const std::vector<std::string>& pieces, int most) {
  std::string text;
  for (int left = *rc::gen::inRange(0, most + 1); left > 0; --left) text += *rc::gen::elementOf(pieces);
  return text;
}

void check_expression(const std::string& expression) {
  const auto fast = ValueTest::regex(expression);
  const auto slow = ValueTest::slow_regex(expression);
  RC_ASSERT(fast.has_value() == slow.has_value());
  if (!fast) return;
  const std::vector<std::string> bits{"x", "x", "y", "y", "é", ".", "-", "|", "\n", "(", "\\"};
  for (int i = 0; i < 30; ++i) {
    const std::string value = any_text(bits, i / 6);
    RC_ASSERT((*fast)->passes(value) == (*slow)->passes(value));
  }
}

// Expressions put together from what the fast paths look for, with what they must leave alone, broken ones among them.
RC_GTEST_PROP(Regex, FastPathsAnswerAsRe2Does, ()) {
  const std::vector<std::string> plain{"x", "y", "é", ".*", ".+", "|"};
  const std::vector<std::string> all{"x",   "y", "1", "é", ".*", ".+", ".",   "|",  "(",   "(?:", ")", "\\.", "\\-",
                                     "\\d", "+", "*", "?", "^",  "$",  "[x]", "\\", "{1}", " ",   "-", "\n",  "\\n"};
  for (int i = 0; i < 10; ++i) {
    check_expression(any_text(plain, 4));
    check_expression(any_text(plain, 1) + "(" + any_text(plain, 4) + ")" + any_text(plain, 1));
    check_expression(any_text(all, 6));
  }
}

TEST(Regex, RecognisesWhatNeedsNoRe2) {
  for (const char* fast : {"", "x", "a|b|c", "a(b|c)d", "(?:a|b)", "(a|)", "host\\.example", ".*", ".+", "a.*", "a.+",
                           ".*b", "a.*b", ".*mid.*"}) {
    EXPECT_FALSE((*ValueTest::regex(fast))->dear()) << fast;
  }
  for (const char* slow : {"a.b", "[ab]", "a+", "(?i)a", "a|b.*", "^a", "\\d", "(a)(b)", ".*a.*b.*"}) {
    EXPECT_TRUE((*ValueTest::regex(slow))->dear()) << slow;
  }
  EXPECT_THAT(*(*ValueTest::regex("a(c|b|b)d"))->literals(), ElementsAre("abd", "acd"));
}

// ------------------------------------------------------------------ views

TEST(Index, AViewOutlivesWhatIsErased) {
  Head head;
  std::vector<HeadSeries*> series;
  for (int i = 0; i < 20000; ++i)
    series.push_back(add(head, Labels::of({{"__name__", "m"}, {"n", std::to_string(i)}})));
  const IndexView view = head.view();
  for (HeadSeries* one : series) head.erase(one);
  for (int i = 0; i < 20000; ++i) add(head, Labels::of({{"__name__", "m"}, {"later", std::to_string(i)}}));
  EXPECT_THAT(view.select(compiled({})), IsEmpty());
  EXPECT_THAT(select(head, {{Matcher::Op::kEqual, "n", "7"}}), IsEmpty());
  EXPECT_THAT(head.view().label_names(compiled({})), ElementsAre("__name__", "later"));
}

TEST(Index, WantsCompactionWhenMostIsErased) {
  Head head;
  std::vector<HeadSeries*> series;
  for (int i = 0; i < 10000; ++i) series.push_back(add(head, Labels::of({{"n", std::to_string(i)}})));
  EXPECT_FALSE(head.wants_compaction());
  for (int i = 0; i < 9000; ++i) head.erase(series[static_cast<size_t>(i)]);
  ASSERT_TRUE(head.wants_compaction());
  const size_t before = head.index_bytes();
  Head::Compaction compaction = head.begin_compaction();
  compaction.build();
  head.finish_compaction(compaction);
  EXPECT_FALSE(head.wants_compaction());
  EXPECT_LT(head.index_bytes(), before);
  EXPECT_EQ(head.select(compiled({})).size(), 1000U);
}

// A reader without a lock beside a writer: what was there stays found, whole; a race is the sanitizer's to see.
TEST(Index, ReadersNeedNoLock) {
  Mutex mu;
  Head head;
  for (int i = 0; i < 100; ++i) add(head, Labels::of({{"__name__", "old"}, {"n", std::to_string(i)}, {"x", "1"}}));
  std::atomic<bool> stop{false};
  std::jthread reader([&] {
    const CompiledMatchers old =
        compiled({{Matcher::Op::kRegex, "__name__", "[o]ld"}, {Matcher::Op::kNotEqual, "x", ""}});
    const CompiledMatchers torn = compiled({{Matcher::Op::kEqual, "__name__", "new"}, {Matcher::Op::kEqual, "x", ""}});
    while (!stop) {
      const auto view = [&] {
        const MutexLock lock(mu);
        return head.view();
      }();
      EXPECT_EQ(view.select(old).size(), 100U);
      EXPECT_THAT(view.select(torn), IsEmpty());
      EXPECT_EQ(view.label_values("x", old).size(), 1U);
      EXPECT_GE(view.cardinality(3).series, 100U);
    }
  });
  for (int i = 0; i < 20000; ++i) {
    const MutexLock lock(mu);
    const std::string n = std::to_string(i);
    HeadSeries* fresh = add(head, Labels::of({{"__name__", "new"}, {"k", n}, {"x", std::to_string(i % 50)}}));
    if (i % 3 == 0) head.erase(fresh);
  }
  stop = true;
}

}  // namespace
}  // namespace oreum::storage
