#include "rules/rule_test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include <fmt/core.h>
#include <re2/re2.h>

#include "base/number.h"
#include "promql/eval/engine.h"
#include "rules/group_run.h"
#include "rules/rule_test_file.h"
#include "storage/memory_store.h"

namespace oreum::rules {

namespace {

using model::Labels;

// A slip of the pen in a time must not take all memory.
constexpr int64_t kMaxEvaluations = 1'000'000;

Labels labels_of(const Texts& texts) {
  std::vector<model::Label> labels;
  for (const auto& [name, text] : texts) labels.push_back({name, text});
  return Labels::of(labels);
}

std::string name_of(const Labels& labels) { return labels.empty() ? "{}" : labels.to_string(); }

std::string number_text(double v) {
  std::string out;
  append_double(out, v);
  return out;
}

/// One test: its store, its groups and how far they have come.
class TestRun {
 public:
  TestRun(const RuleTestFile& file, const RuleTest& test, const std::vector<const RuleGroup*>& groups)
      : file_(file), test_(test), engine_(store_, {}) {
    world_.ask = [this](const promql::Query& query, TimestampMs at) { return ask_engine(engine_, query, at); };
    world_.write = [this](const std::vector<RuleSample>& samples) -> Status {
      for (const RuleSample& sample : samples) store_.add(sample.labels, sample.t.ms, sample.v);
      return {};
    };
    world_.external_labels = labels_of(test.external_labels);
    world_.external_url = test.external_url;
    for (const RuleGroup* group : groups) groups_.push_back(std::make_unique<GroupRun>(*group, world_));
  }

  std::vector<std::string> run() {
    const int64_t step = file_.evaluation_interval.count();
    milliseconds end{0};
    for (const AlertCase& one : test_.alerts) end = std::max(end, one.at);
    for (const QueryCase& one : test_.queries) end = std::max(end, one.at);
    if (end.count() / step > kMaxEvaluations) return {"the test is too long for its evaluation_interval"};
    for (int64_t t = 0; t <= end.count(); t += step) {
      load_until(t);
      evaluate(t);
      for (const AlertCase& one : test_.alerts) {
        if (t <= one.at.count() && one.at.count() < t + step) check_alerts(one);
      }
    }
    load_until(end.count());
    for (const QueryCase& one : test_.queries) check_query(one);
    return std::move(problems_);
  }

 private:
  /// What a rule sees has happened by then.
  void load_until(int64_t t) {
    const int64_t step = test_.interval.count();
    for (const promql::SeriesLine& series : test_.series) {
      for (int64_t i = loaded_; i < static_cast<int64_t>(series.values.size()) && i * step <= t; ++i) {
        const auto& value = series.values[static_cast<size_t>(i)];
        if (value) store_.add(series.labels, test_.start.ms + i * step, *value);
      }
    }
    loaded_ = t / step + 1;
  }

  void evaluate(int64_t t) {
    for (const auto& group : groups_) {
      for (const RuleFailure& failure : group->evaluate(test_.start + milliseconds(t))) {
        const Rule& rule = group->group().rules[failure.rule];
        problems_.push_back(fmt::format("rule: {}, time: {}, err: {}", rule.name, format_duration(milliseconds(t)),
                                        failure.error.to_string()));
      }
    }
  }

  using AlertTexts = std::vector<std::pair<Labels, Texts>>;

  static std::string text_of(const AlertTexts& alerts) {
    std::string out;
    for (const auto& [labels, annotations] : alerts) {
      out += fmt::format("\n        labels {}, annotations {}", name_of(labels), name_of(labels_of(annotations)));
    }
    return out.empty() ? " none" : out;
  }

  AlertTexts firing(const std::string& name) const {
    AlertTexts out;
    for (const auto& group : groups_) {
      for (size_t i = 0; i < group->group().rules.size(); ++i) {
        if (!group->group().rules[i].alerting || group->group().rules[i].name != name) continue;
        for (const Alert& alert : group->active(i)) {
          if (alert.state == Alert::State::kFiring) out.emplace_back(alert.labels, alert.annotations);
        }
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  void check_alerts(const AlertCase& one) {
    AlertTexts expected;
    for (const ExpectedAlert& alert : one.expected) {
      expected.emplace_back(labels_of(alert.labels).with({{"alertname", one.alert}}), alert.annotations);
    }
    std::sort(expected.begin(), expected.end());
    const AlertTexts got = firing(one.alert);
    if (got == expected) return;
    problems_.push_back(fmt::format("alertname: {}, time: {}\n      exp:{}\n      got:{}", one.alert,
                                    format_duration(one.at), text_of(expected), text_of(got)));
  }

  using Samples = std::vector<std::pair<Labels, double>>;

  static std::string text_of(const Samples& samples) {
    std::string out;
    for (const auto& [labels, v] : samples) out += fmt::format("\n        {} {}", name_of(labels), number_text(v));
    return out.empty() ? " none" : out;
  }

  bool same(double a, double b) const {
    if (a == b || (std::isnan(a) && std::isnan(b))) return true;
    // The last bit or so of the mantissa.
    constexpr double kLastBits = 1e-15;
    return file_.fuzzy && std::abs(a - b) <= kLastBits * std::max(std::abs(a), std::abs(b));
  }

  void check_query(const QueryCase& one) {
    Samples expected;
    for (const ExpectedSample& sample : one.expected) expected.emplace_back(sample.labels, sample.value);
    const std::string head = fmt::format("expr: \"{}\", time: {}", one.query, format_duration(one.at));
    const Result<Samples> got = answer(one);
    if (!got) {
      problems_.push_back(fmt::format("{}, err: {}", head, got.error().to_string()));
      return;
    }
    const auto by_labels = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::stable_sort(expected.begin(), expected.end(), by_labels);
    const bool equal =
        std::equal(expected.begin(), expected.end(), got->begin(), got->end(),
                   [&](const auto& a, const auto& b) { return a.first == b.first && same(a.second, b.second); });
    if (!equal)
      problems_.push_back(fmt::format("{}\n      exp:{}\n      got:{}", head, text_of(expected), text_of(*got)));
  }

  Result<Samples> answer(const QueryCase& one) {
    TRY_ASSIGN(const auto query, engine_.prepare(one.query));
    TRY_ASSIGN(const std::vector<RuleSample> samples, ask_engine(engine_, *query, test_.start + one.at));
    Samples out;
    for (const RuleSample& sample : samples) out.emplace_back(sample.labels, sample.v);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return out;
  }

  const RuleTestFile& file_;
  const RuleTest& test_;
  storage::MemoryStore store_;
  promql::Engine engine_;
  RuleWorld world_;
  std::vector<std::unique_ptr<GroupRun>> groups_;
  int64_t loaded_ = 0;  // values of each series
  std::vector<std::string> problems_;
};

std::string folder_of(const std::string& file) {
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash + 1);
}

/// The rule files that the test names, read.
Result<std::vector<RuleFile>> load_rules(const RuleTestFile& test, const std::string& folder, const FileAccess& files) {
  std::vector<RuleFile> out;
  for (const std::string& pattern : test.rule_files) {
    const std::string full = pattern.starts_with('/') ? pattern : folder + pattern;
    for (const std::string& path : files.glob(full)) {
      TRY_ASSIGN(const std::string text, files.read(path));
      RuleFile file = parse_rule_file(text);
      if (!file.problems.empty()) {
        return Error(Code::kInvalidArgument, fmt::format("{}:{}", path, file.problems.front().to_string()));
      }
      out.push_back(std::move(file));
    }
  }
  return out;
}

/// The groups in the order they are evaluated in: those of group_eval_order first.
Result<std::vector<const RuleGroup*>> ordered_groups(const std::vector<RuleFile>& files,
                                                     const std::vector<std::string>& order) {
  std::map<std::string, size_t> places;
  for (const std::string& name : order) {
    if (!places.emplace(name, places.size()).second) {
      return Error(Code::kInvalidArgument, fmt::format("group {} is in group_eval_order twice", name));
    }
  }
  std::vector<const RuleGroup*> groups;
  for (const RuleFile& file : files) {
    for (const RuleGroup& group : file.groups) groups.push_back(&group);
  }
  const auto place = [&](const RuleGroup* group) {
    const auto found = places.find(group->name);
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(groups.begin(), groups.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  return groups;
}

}  // namespace

Result<std::vector<std::string>> run_rule_tests(const std::string& file, const FileAccess& files,
                                                const RuleTestOptions& options) {
  TRY_ASSIGN(const std::string text, files.read(file));
  TRY_ASSIGN(const RuleTestFile tests, parse_rule_test_file(text));
  TRY_ASSIGN(const std::vector<RuleFile> rules, load_rules(tests, folder_of(file), files));
  TRY_ASSIGN(const std::vector<const RuleGroup*> groups, ordered_groups(rules, tests.group_order));
  const re2::RE2 only(options.only, re2::RE2::Quiet);
  if (!only.ok()) return Error(Code::kInvalidArgument, fmt::format("\"{}\": {}", options.only, only.error()));
  std::vector<std::string> problems;
  for (const RuleTest& test : tests.tests) {
    if (!re2::RE2::PartialMatch(test.name, only)) continue;
    for (const std::string& problem : TestRun(tests, test, groups).run()) {
      problems.push_back(test.name.empty() ? problem : fmt::format("name: {}, {}", test.name, problem));
    }
  }
  return problems;
}

}  // namespace oreum::rules
