#include "rules/group_run.h"

#include <gtest/gtest.h>

#include "support/memory_store.h"

namespace oreum::rules {
namespace {

/// A group over a store of its own, evaluated once a minute.
class Fixture {
 public:
  explicit Fixture(const std::string& rules)
      : file_(parse_rule_file("groups:\n- name: g\n" + rules)), engine_(store_, {}) {
    EXPECT_TRUE(file_.problems.empty()) << file_.problems.front().to_string();
    world_.ask = [this](const promql::Query& query, TimestampMs at) { return ask_engine(engine_, query, at); };
    world_.write = [this](const std::vector<RuleSample>& samples) -> Status {
      for (const RuleSample& sample : samples) store_.add(sample.labels, sample.t.ms, sample.v);
      return {};
    };
    run_ = std::make_unique<GroupRun>(file_.groups.at(0), world_);
  }

  storage::test::MemoryStore& store() { return store_; }
  std::vector<RuleFailure> minute(int m) { return run_->evaluate(at(m)); }
  std::vector<Alert> active(size_t rule = 0) const { return run_->active(rule); }
  static TimestampMs at(int m) { return {m * 60'000}; }

  /// What an expression answers, series without their names to values.
  std::vector<RuleSample> ask(std::string_view text, int m) {
    return *ask_engine(engine_, **engine_.prepare(text), at(m));
  }

 private:
  RuleFile file_;
  storage::test::MemoryStore store_;
  promql::Engine engine_;
  RuleWorld world_;
  std::unique_ptr<GroupRun> run_;
};

TEST(GroupRun, RecordsInOrderAndEndsWhatVanishes) {
  Fixture f(
      "  labels: {from: group}\n  rules:\n  - {record: a, expr: 'm * 2', labels: {kind: x}}\n  - {record: b, expr: 'a "
      "+ 1'}\n");
  f.store().add({{"__name__", "m"}, {"i", "1"}}, 0, 5);
  f.store().add({{"__name__", "m"}, {"i", "1"}}, 60'000, model::stale_marker());
  EXPECT_TRUE(f.minute(0).empty());
  const auto b = f.ask("b", 0);
  ASSERT_EQ(b.size(), 1u);
  EXPECT_EQ(b[0].labels.to_string(), "b{from=\"group\",i=\"1\",kind=\"x\"}");
  EXPECT_EQ(b[0].v, 11);
  EXPECT_TRUE(f.minute(1).empty());
  EXPECT_TRUE(f.ask("a", 1).empty());
  EXPECT_TRUE(f.ask("b", 1).empty());
}

TEST(GroupRun, AlertsWaitFireAndAreResolved) {
  Fixture f("  rules:\n  - {alert: Down, expr: 'up == 0', for: 2m, labels: {n: '{{ $labels.i }}'}}\n");
  f.store().add({{"__name__", "up"}, {"i", "1"}}, 0, 60'000, {0, 0, 0, 1, 0});
  f.minute(0);
  ASSERT_EQ(f.active().size(), 1u);
  EXPECT_EQ(f.active()[0].state, Alert::State::kPending);
  EXPECT_EQ(f.active()[0].labels.to_string(), "{alertname=\"Down\",i=\"1\",n=\"1\"}");
  EXPECT_EQ(f.ask("ALERTS{alertstate=\"pending\"}", 0).size(), 1u);
  f.minute(1);
  EXPECT_EQ(f.active()[0].state, Alert::State::kPending);
  f.minute(2);
  EXPECT_EQ(f.active()[0].state, Alert::State::kFiring);
  EXPECT_EQ(f.ask("ALERTS{alertstate=\"pending\"}", 2).size(), 0u);
  EXPECT_EQ(f.ask("ALERTS{alertstate=\"firing\"}", 2).size(), 1u);
  f.minute(3);
  EXPECT_TRUE(f.active().empty());
  EXPECT_TRUE(f.ask("ALERTS", 3).empty());
  f.minute(4);  // anew
  ASSERT_EQ(f.active().size(), 1u);
  EXPECT_EQ(f.active()[0].active_at, Fixture::at(4));
}

TEST(GroupRun, KeepsFiringForAWhile) {
  Fixture f("  rules:\n  - {alert: A, expr: 'm == 1', keep_firing_for: 2m}\n");
  f.store().add({{"__name__", "m"}}, 0, 60'000, {1, 0, 0, 0});
  f.minute(0);
  f.minute(1);
  f.minute(2);
  EXPECT_EQ(f.active().size(), 1u);
  f.minute(3);
  EXPECT_TRUE(f.active().empty());
}

TEST(GroupRun, LimitsAndClashesAreErrors) {
  Fixture f(
      "  limit: 1\n  rules:\n  - {alert: A, expr: m}\n  - {record: r, expr: m}\n  - {record: r, expr: m, labels: {i: "
      "same}}\n");
  f.store().add({{"__name__", "m"}, {"i", "1"}}, 0, 1);
  f.store().add({{"__name__", "m"}, {"i", "2"}}, 0, 1);
  const auto failures = f.minute(0);
  ASSERT_EQ(failures.size(), 3u);
  EXPECT_NE(failures[0].error.message().find("exceeded limit of 1 with 2 alerts"), std::string::npos);
  EXPECT_NE(failures[1].error.message().find("exceeded limit of 1 with 2 series"), std::string::npos);
  EXPECT_NE(failures[2].error.message().find("same labelset"), std::string::npos);
  EXPECT_TRUE(f.active().empty());
}

TEST(RuleFile, NamesEveryProblemWithItsPlace) {
  const RuleFile file = parse_rule_file("groups:\n- name: g\n  rules:\n  - record: a\n    expr: up =\n  - alert: b\n");
  ASSERT_EQ(file.problems.size(), 2u);
  EXPECT_EQ(file.problems[0].line, 5u);
  EXPECT_NE(file.problems[0].text.find("parse error"), std::string::npos);
  EXPECT_EQ(file.problems[1].line, 6u);
  for (const char* bad : {"[", "groups: 1", "x: 1", "groups: [1]", "groups: [{name: g, rules: [1]}]", "groups: [{}]"}) {
    EXPECT_FALSE(parse_rule_file(bad).problems.empty()) << bad;
  }
  EXPECT_TRUE(parse_rule_file("").problems.empty());
}

}  // namespace
}  // namespace oreum::rules
