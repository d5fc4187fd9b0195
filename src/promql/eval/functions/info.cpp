// info(): labels of info metrics (target_info) joined to the series of the same job and instance.
#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "promql/eval/build.h"
#include "promql/eval/functions/table.h"
#include "promql/eval/selector.h"
#include "promql/eval/times.h"
#include "storage/match.h"

namespace oreum::promql::functions {

namespace {

using model::Label;
using model::Labels;
using model::Matcher;

constexpr std::string_view kDefaultInfo = "target_info";

bool is_identifying(std::string_view label) { return label == "instance" || label == "job"; }

/// What joins a series to its info series; "" for series that have neither label.
std::string identity_of(const Labels& labels) {
  const std::string_view instance = labels.get("instance");
  const std::string_view job = labels.get("job");
  if (instance.empty() && job.empty()) return {};
  return fmt::format("{}:{}{}", instance.size(), instance, job);
}

/// What the second argument asks for.
struct Wanted {
  std::vector<Matcher> names;  // of info metrics
  std::vector<Matcher> data;   // of their labels
  bool required = false;       // a series without such labels goes
  bool takes(std::string_view label) const {
    return data.empty() || std::any_of(data.begin(), data.end(), [&](const Matcher& m) { return m.name == label; });
  }
};

Result<Wanted> read_wanted(const Call& call) {
  Wanted wanted;
  if (call.args.size() > 1) {
    for (const Matcher& m : unparen(*call.args[1]).as<VectorSelector>()->matchers) {
      (m.name == model::kMetricName ? wanted.names : wanted.data).push_back(m);
    }
  }
  for (const Matcher& m : wanted.data) {
    TRY_ASSIGN(const auto compiled, storage::CompiledMatcher::compile(m));
    if (!compiled.matches("")) wanted.required = true;
  }
  const std::string name(model::kMetricName);
  const bool positive = std::any_of(wanted.names.begin(), wanted.names.end(), [](const Matcher& m) {
    return m.op == Matcher::Op::kEqual || m.op == Matcher::Op::kRegex;
  });
  if (wanted.names.empty()) {
    wanted.names.push_back({Matcher::Op::kEqual, name, std::string(kDefaultInfo)});
  } else if (!positive) {
    wanted.names.push_back({Matcher::Op::kRegex, name, ".+_info"});
  }
  return wanted;
}

struct InfoSeries {
  Labels labels;
  Column times;  // of its samples, seconds
};

/// The info series of one identity, by metric.
using InfoByName = std::map<std::string, std::vector<InfoSeries>>;

/// How far the times that an expression looks at are from the points of its grid.
struct Shift {
  int64_t offset = 0;  // milliseconds
  std::optional<At> at;
  bool operator==(const Shift& o) const {
    const bool same_at =
        at.has_value() == o.at.has_value() && (!at || (at->kind == o.at->kind && at->time == o.at->time));
    return offset == o.offset && same_at;
  }
};

Result<Shift> shift_of(const Context& context, const Expr& expr);

Result<Shift> shift_of(const Context& context, const Modifiers& modifiers) {
  TRY_ASSIGN(const int64_t offset, resolve(context, modifiers.offset));
  return Shift{offset, modifiers.at};
}

/// That of its operands, where they agree. Scalars do not count.
Result<Shift> shift_of_both(const Context& context, const Binary& binary) {
  if (binary.lhs->type == ValueType::kScalar) return shift_of(context, *binary.rhs);
  TRY_ASSIGN(const Shift lhs, shift_of(context, *binary.lhs));
  if (binary.rhs->type == ValueType::kScalar) return lhs;
  TRY_ASSIGN(const Shift rhs, shift_of(context, *binary.rhs));
  return lhs == rhs ? lhs : Shift{};
}

Result<Shift> shift_of(const Context& context, const Expr& expr) {
  if (const auto* s = expr.as<VectorSelector>()) return shift_of(context, s->modifiers);
  if (const auto* m = expr.as<MatrixSelector>()) return shift_of(context, *m->vector);
  if (const auto* p = expr.as<Paren>()) return shift_of(context, *p->expr);
  if (const auto* u = expr.as<Unary>()) return shift_of(context, *u->expr);
  if (const auto* a = expr.as<Aggregate>()) return shift_of(context, *a->expr);
  if (const auto* b = expr.as<Binary>()) return shift_of_both(context, *b);
  if (const auto* s = expr.as<Subquery>()) {
    TRY_ASSIGN(Shift inner, shift_of(context, *s->expr));
    if (inner.at) return inner;
    TRY_ASSIGN(const Shift outer, shift_of(context, s->modifiers));
    return Shift{inner.offset + outer.offset, outer.at};
  }
  if (const auto* c = expr.as<Call>()) {
    for (const ExprPtr& arg : c->args) {
      if (arg->type == ValueType::kVector || arg->type == ValueType::kMatrix) return shift_of(context, *arg);
    }
  }
  return Shift{};
}

/// Info series at the times that the series they are joined to come from.
Result<std::unordered_map<std::string, InfoByName>> read_infos(Context& context, const Wanted& wanted,
                                                               const Shift& shift, const Grid& grid) {
  VectorSelector selector;
  selector.modifiers.offset.fixed = milliseconds(shift.offset);
  selector.modifiers.has_offset = shift.offset != 0;
  selector.modifiers.at = shift.at;
  selector.matchers = wanted.names;
  selector.matchers.insert(selector.matchers.end(), wanted.data.begin(), wanted.data.end());
  const Expr expr{std::move(selector), {}, ValueType::kVector};
  TRY_ASSIGN(const auto rows, select_rows(context, expr, grid, Yield::kTimes));
  std::unordered_map<std::string, InfoByName> infos;
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) return infos;
    const std::string identity = identity_of(row.labels);
    infos[identity][std::string(row.labels.metric())].push_back({row.labels, std::move(row.values)});
  }
}

class InfoRows final : public Rows {
 public:
  InfoRows(std::unique_ptr<Rows> input, Wanted wanted, storage::CompiledMatchers names,
           std::unordered_map<std::string, InfoByName> infos)
      : input_(std::move(input)), wanted_(std::move(wanted)), names_(std::move(names)), infos_(std::move(infos)) {}

  Result<bool> next(Row& out) override {
    while (ready_.empty()) {
      Row row;
      TRY_ASSIGN(const bool there, input_->next(row));
      if (!there) return false;
      TRY(join(std::move(row)));
    }
    out = std::move(ready_.front());
    ready_.pop_front();
    return true;
  }

 private:
  /// The series with the labels that are right at each point: one row for each set of them.
  Status join(Row row) {
    if (names_.matches(row.labels)) {  // an info series itself
      ready_.push_back(std::move(row));
      return {};
    }
    const auto found = infos_.find(identity_of(row.labels));
    if (found == infos_.end()) {
      if (!wanted_.required) ready_.push_back(std::move(row));
      return {};
    }
    std::map<Labels, size_t> made;  // of this row: where in ready_
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (is_absent(row.values[i])) continue;
      TRY_ASSIGN(const auto data, data_labels(row.labels, found->second, i));
      if (!data && wanted_.required) continue;
      const Labels labels = data ? row.labels.with(*data) : row.labels;
      const auto [at, is_new] = made.try_emplace(labels, ready_.size());
      if (is_new) ready_.push_back({labels, row.drop_name, Column(row.values.size(), absent())});
      ready_[at->second].values[i] = row.values[i];
    }
    return {};
  }

  /// What info series add to one at a point; nothing where there are none. Of several of one metric the newest counts.
  Result<std::optional<std::vector<Label>>> data_labels(const Labels& base, const InfoByName& infos, size_t i) const {
    std::vector<Label> data;
    bool any = false;
    for (const auto& [name, series] : infos) {
      TRY_ASSIGN(const InfoSeries* info, newest(series, i));
      if (info == nullptr) continue;
      any = true;
      for (const Label& label : info->labels) {
        if (label.name == model::kMetricName || is_identifying(label.name)) continue;
        if (!wanted_.takes(label.name) || !base.get(label.name).empty()) continue;
        const auto same = std::find_if(data.begin(), data.end(), [&](const Label& l) { return l.name == label.name; });
        if (same == data.end()) {
          data.push_back(label);
        } else if (same->value != label.value) {
          return Error(Code::kInvalidArgument, fmt::format("conflicting label: {}", label.name));
        }
      }
    }
    if (!any) return std::nullopt;
    return data;
  }

  static Result<const InfoSeries*> newest(const std::vector<InfoSeries>& series, size_t i) {
    const InfoSeries* best = nullptr;
    for (const InfoSeries& info : series) {
      if (is_absent(info.times[i])) continue;
      if (best != nullptr && best->times[i] == info.times[i]) {
        const double ms = std::round(info.times[i] * 1000);
        return Error(Code::kInvalidArgument,
                     fmt::format("found duplicate series for info metric: existing {} @ {}, new {} @ {}",
                                 best->labels.to_string(), ms, info.labels.to_string(), ms));
      }
      if (best == nullptr || best->times[i] < info.times[i]) best = &info;
    }
    return best;
  }

  std::unique_ptr<Rows> input_;
  const Wanted wanted_;
  const storage::CompiledMatchers names_;
  const std::unordered_map<std::string, InfoByName> infos_;
  std::deque<Row> ready_;
};

}  // namespace

/// info(v, {data labels})
Result<std::unique_ptr<Rows>> info(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  TRY_ASSIGN(Wanted wanted, read_wanted(call));
  TRY_ASSIGN(auto names, storage::CompiledMatchers::compile(wanted.names));
  TRY_ASSIGN(auto input, vector_of(context, *call.args[0], grid));
  TRY_ASSIGN(const Shift shift, shift_of(context, *call.args[0]));
  TRY_ASSIGN(auto infos, read_infos(context, wanted, shift, grid));
  return std::make_unique<InfoRows>(std::move(input), std::move(wanted), std::move(names), std::move(infos));
}

}  // namespace oreum::promql::functions
