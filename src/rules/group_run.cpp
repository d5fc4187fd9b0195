#include "rules/group_run.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "rules/template.h"

namespace oreum::rules {

namespace {

using model::Label;
using model::Labels;

// How long a resolved alert is still told of.
constexpr milliseconds kResolvedRetention{15 * 60'000};
constexpr std::string_view kAlertName = "alertname";

/// The group's labels, overridden by the rule's.
Texts merged(const Texts& group, const Texts& rule) {
  std::map<std::string, std::string> all(rule.begin(), rule.end());
  all.insert(group.begin(), group.end());
  return {all.begin(), all.end()};
}

Labels with_texts(const Labels& labels, const Texts& texts) {
  std::vector<Label> more;
  for (const auto& [name, text] : texts) more.push_back({name, text});
  return labels.with(more);
}

/// Expands one text after the other of a sample.
class Expansion {
 public:
  Expansion(const RuleWorld& world, const RuleSample& sample, TimestampMs now) {
    world_.labels = sample.labels;
    world_.value = sample.v;
    world_.external_labels = world.external_labels;
    world_.external_url = world.external_url;
    world_.now = now;
    world_.query = [&world, now](const std::string& text) { return ask(world, text, now); };
  }

  Texts expand(const Texts& texts) const {
    Texts out;
    for (const auto& [name, text] : texts) {
      // What is wrong with a template is said where it would stand: an alert with a bad text is better than none.
      auto expanded = expand_template(text, world_);
      out.emplace_back(name, expanded ? *std::move(expanded)
                                      : fmt::format("<error expanding template: {}>", expanded.error().to_string()));
    }
    return out;
  }

 private:
  static Result<std::vector<TemplateSample>> ask(const RuleWorld& world, const std::string& text, TimestampMs now) {
    TRY_ASSIGN(const auto query, promql::parse(text));
    TRY_ASSIGN(const std::vector<RuleSample> samples, world.ask(*query, now));
    std::vector<TemplateSample> out;
    for (const RuleSample& sample : samples) out.push_back({sample.labels, sample.v});
    return out;
  }

  TemplateWorld world_;
};

/// Moves an alert on in time; whether it is to be forgotten.
bool step_alert(const Rule& rule, Alert& alert, bool answered, TimestampMs now) {
  using State = Alert::State;
  bool kept = false;
  if (answered) {
    alert.kept_since.reset();
  } else {
    if (alert.state == State::kFiring && rule.keep_firing_for.count() > 0) {
      if (!alert.kept_since) alert.kept_since = now;
      kept = now - *alert.kept_since < rule.keep_firing_for;
    }
    const bool long_over = alert.resolved_at && now - *alert.resolved_at > kResolvedRetention;
    if (alert.state == State::kPending || long_over) return true;
    if (alert.state != State::kInactive && !kept) {
      alert.state = State::kInactive;
      alert.resolved_at = now;
    }
    if (!kept) return false;
  }
  if (alert.state == State::kPending && now - alert.active_at >= rule.hold) {
    alert.state = State::kFiring;
    alert.fired_at = now;
  }
  return false;
}

/// ALERTS and ALERTS_FOR_STATE of an alert.
void add_samples(const Alert& alert, TimestampMs at, std::vector<RuleSample>& out) {
  const std::string_view state = alert.state == Alert::State::kFiring ? "firing" : "pending";
  out.push_back({alert.labels.with({{model::kMetricName, "ALERTS"}, {"alertstate", state}}), at, 1});
  const int64_t since = alert.active_at.ms / 1000;
  out.push_back({alert.labels.with({{model::kMetricName, "ALERTS_FOR_STATE"}}), at, static_cast<double>(since)});
}

Error too_many(size_t limit, size_t count, std::string_view what) {
  return {Code::kResourceExhausted, fmt::format("exceeded limit of {} with {} {}", limit, count, what)};
}

}  // namespace

Result<std::vector<RuleSample>> ask_engine(promql::Engine& engine, const promql::Query& query, TimestampMs at) {
  constexpr auto kPatience = std::chrono::minutes(2);
  TRY_ASSIGN(promql::QueryResult result, engine.instant(query, at, {.deadline = Deadline::in(kPatience)}));
  std::vector<RuleSample> samples;
  if (const auto* point = std::get_if<promql::OutputPoint>(&result.value)) {
    samples.push_back({Labels(), TimestampMs{point->t}, point->v});
  } else if (auto* vector = std::get_if<promql::OutputVector>(&result.value)) {
    for (promql::OutputSample& sample : *vector) {
      samples.push_back({std::move(sample.labels), TimestampMs{sample.point.t}, sample.point.v});
    }
  } else {
    return Error(Code::kInvalidArgument, "rule result is not a vector or scalar");
  }
  return samples;
}

GroupRun::GroupRun(const RuleGroup& group, const RuleWorld& world) : group_(group), world_(world) {
  for (const Rule& rule : group.rules) {
    states_.emplace_back();
    states_.back().labels = merged(group.labels, rule.labels);
  }
}

std::vector<RuleFailure> GroupRun::evaluate(TimestampMs now) {
  std::vector<RuleFailure> failures;
  for (size_t i = 0; i < states_.size(); ++i) {
    const Status done = evaluate_rule(group_.rules[i], states_[i], now);
    if (!done) failures.push_back({i, done.error()});
  }
  return failures;
}

std::vector<Alert> GroupRun::active(size_t rule) const {
  std::vector<Alert> out;
  for (const auto& [labels, alert] : states_[rule].alerts) {
    if (alert.state != Alert::State::kInactive) out.push_back(alert);
  }
  return out;
}

Status GroupRun::evaluate_rule(const Rule& rule, RuleState& state, TimestampMs now) {
  const TimestampMs at = now - group_.query_offset;
  auto samples = rule.alerting ? alert(rule, state, now, at) : record(rule, state, at);
  if (!samples) return std::move(samples).error();
  mark_vanished(state, at, *samples);
  return world_.write(*samples);
}

Result<std::vector<RuleSample>> GroupRun::record(const Rule& rule, const RuleState& state, TimestampMs at) const {
  TRY_ASSIGN(std::vector<RuleSample> samples, world_.ask(*rule.query, at));
  std::map<Labels, size_t> seen;
  for (size_t i = 0; i < samples.size(); ++i) {
    RuleSample& sample = samples[i];
    sample.labels = with_texts(sample.labels.with({{model::kMetricName, rule.name}}), state.labels);
    sample.t = at;
    if (!seen.emplace(sample.labels, i).second) {
      return Error(Code::kInvalidArgument, "vector contains metrics with the same labelset after applying rule labels");
    }
  }
  if (group_.limit > 0 && samples.size() > group_.limit) return too_many(group_.limit, samples.size(), "series");
  return samples;
}

/// The alerts that the expression answers now.
Result<std::map<Labels, Alert>> GroupRun::answered(const Rule& rule, const RuleState& state, TimestampMs now,
                                                   TimestampMs at) const {
  TRY_ASSIGN(const std::vector<RuleSample> samples, world_.ask(*rule.query, at));
  std::map<Labels, Alert> out;
  for (const RuleSample& sample : samples) {
    const Expansion expansion(world_, sample, at);
    Alert alert;
    alert.labels = with_texts(sample.labels.with({{model::kMetricName, ""}}), expansion.expand(state.labels))
                       .with({{kAlertName, rule.name}});
    alert.annotations = expansion.expand(rule.annotations);
    alert.value = sample.v;
    alert.active_at = now;
    const Labels labels = alert.labels;
    if (!out.emplace(labels, std::move(alert)).second) {
      return Error(Code::kInvalidArgument,
                   "vector contains metrics with the same labelset after applying alert labels");
    }
  }
  return out;
}

Result<std::vector<RuleSample>> GroupRun::alert(const Rule& rule, RuleState& state, TimestampMs now,
                                                TimestampMs at) const {
  TRY_ASSIGN(auto current, answered(rule, state, now, at));
  for (const auto& [labels, fresh] : current) {
    Alert& known = state.alerts.try_emplace(labels, fresh).first->second;
    if (known.state == Alert::State::kInactive) known = fresh;
    known.value = fresh.value;
    known.annotations = fresh.annotations;
  }
  std::vector<RuleSample> samples;
  size_t active = 0;
  for (auto it = state.alerts.begin(); it != state.alerts.end();) {
    Alert& alert = it->second;
    if (step_alert(rule, alert, current.contains(it->first), now)) {
      it = state.alerts.erase(it);
      continue;
    }
    if (alert.state != Alert::State::kInactive) {
      ++active;
      add_samples(alert, at, samples);
    }
    ++it;
  }
  if (group_.limit > 0 && active > group_.limit) {
    state.alerts.clear();
    return too_many(group_.limit, active, "alerts");
  }
  return samples;
}

/// Series that the last evaluation wrote and this one does not end.
void GroupRun::mark_vanished(RuleState& state, TimestampMs at, std::vector<RuleSample>& samples) {
  for (auto& [labels, now] : state.written) now = false;
  for (const RuleSample& sample : samples) state.written[sample.labels] = true;
  for (const auto& [labels, now] : state.written) {
    if (!now) samples.push_back({labels, at, model::stale_marker()});
  }
  std::erase_if(state.written, [](const auto& entry) { return !entry.second; });
}

}  // namespace oreum::rules
