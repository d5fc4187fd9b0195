// Rules at work: each evaluation takes a group's rules one after the other, and remembers what the next one needs.
// A pure library: what is asked and what is written goes through two functions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"
#include "promql/eval/engine.h"
#include "rules/rule_file.h"

namespace oreum::rules {

struct RuleSample {
  model::Labels labels;
  TimestampMs t{};
  double v = 0;
};

struct Alert {
  enum class State { kPending, kFiring, kInactive };
  State state = State::kPending;
  model::Labels labels;
  Texts annotations;
  double value = 0;
  TimestampMs active_at{};
  TimestampMs fired_at{};
  std::optional<TimestampMs> resolved_at;
  std::optional<TimestampMs> kept_since;  // firing only because of keep_firing_for
};

/// The world around the rules.
struct RuleWorld {
  /// Answers an instant query; a scalar as a sample without labels.
  std::function<Result<std::vector<RuleSample>>(const promql::Query&, TimestampMs)> ask;
  /// Takes what a rule made, before the next rule is evaluated.
  std::function<Status(const std::vector<RuleSample>&)> write;
  model::Labels external_labels;
  std::string external_url;
};

/// RuleWorld::ask of an engine.
Result<std::vector<RuleSample>> ask_engine(promql::Engine& engine, const promql::Query& query, TimestampMs at);

struct RuleFailure {
  size_t rule = 0;  // of the group
  Error error;
};

/// One group's state. Not thread-safe. `group` and `world` outlive it.
class GroupRun {
 public:
  GroupRun(const RuleGroup& group, const RuleWorld& world);

  /// Evaluates every rule at `now`; a rule that fails leaves its alerts as they were. Times must rise.
  std::vector<RuleFailure> evaluate(TimestampMs now);

  const RuleGroup& group() const { return group_; }
  /// Alerts of the i-th rule that are pending or firing, by labels.
  std::vector<Alert> active(size_t rule) const;

 private:
  struct RuleState {
    Texts labels;  // the group's and the rule's
    std::map<model::Labels, Alert> alerts;
    std::map<model::Labels, bool> written;  // series of the last evaluation; true: of this one, too
  };

  Status evaluate_rule(const Rule& rule, RuleState& state, TimestampMs now);
  Result<std::vector<RuleSample>> record(const Rule& rule, const RuleState& state, TimestampMs at) const;
  Result<std::vector<RuleSample>> alert(const Rule& rule, RuleState& state, TimestampMs now, TimestampMs at) const;
  Result<std::map<model::Labels, Alert>> answered(const Rule& rule, const RuleState& state, TimestampMs now,
                                                  TimestampMs at) const;
  static void mark_vanished(RuleState& state, TimestampMs at, std::vector<RuleSample>& samples);

  const RuleGroup& group_;
  const RuleWorld& world_;
  std::vector<RuleState> states_;
};

}  // namespace oreum::rules
