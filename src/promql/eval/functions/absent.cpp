// absent, absent_over_time: one series where there is none.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "promql/eval/build.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"
#include "storage/match.h"

namespace oreum::promql::functions {

namespace {

/// In the order in which Prometheus' store leaves them: what only takes series away comes last.
std::vector<model::Matcher> in_order(const std::vector<model::Matcher>& matchers) {
  std::set<std::string> must_be_there;
  std::set<const model::Matcher*> lets_empty;
  for (const model::Matcher& m : matchers) {
    const auto compiled = storage::CompiledMatcher::compile(m);
    if (compiled && compiled->matches_empty()) {
      lets_empty.insert(&m);
    } else {
      must_be_there.insert(m.name);
    }
  }
  std::vector<model::Matcher> last;
  std::vector<model::Matcher> out;
  for (const model::Matcher& m : matchers) {
    const bool negative = m.op == model::Matcher::Op::kNotEqual || m.op == model::Matcher::Op::kNotRegex;
    const bool subtracts = !must_be_there.contains(m.name) || (negative && lets_empty.contains(&m));
    (subtracts ? last : out).push_back(m);
  }
  out.insert(out.end(), last.begin(), last.end());
  return out;
}

/// The labels that a selector names by one equality each: those its series would surely have had.
model::Labels labels_of(const Expr& arg) {
  const VectorSelector* selector = arg.as<VectorSelector>();
  if (const MatrixSelector* range = arg.as<MatrixSelector>()) selector = range->vector->as<VectorSelector>();
  if (selector == nullptr) return {};
  std::set<std::string_view> seen;
  std::vector<model::Label> labels;
  const std::vector<model::Matcher> matchers = in_order(selector->matchers);
  for (const model::Matcher& m : matchers) {
    if (m.name == model::kMetricName) continue;
    if (m.op == model::Matcher::Op::kEqual && seen.insert(m.name).second) {
      labels.push_back({m.name, m.value});
    } else {
      std::erase_if(labels, [&](const model::Label& l) { return l.name == m.name; });
    }
  }
  return model::Labels::of(labels);
}

std::unique_ptr<Rows> where_none(const Expr& arg, const std::vector<bool>& present) {
  Row row{.labels = labels_of(arg), .drop_name = false, .values = Column(present.size(), absent())};
  for (size_t i = 0; i < present.size(); ++i) {
    if (!present[i]) row.values[i] = 1;
  }
  return one_row(std::move(row));
}

}  // namespace

Result<std::unique_ptr<Rows>> absent_instant(Context& context, const Expr& expr, const Grid& grid) {
  const Expr& arg = unparen(*expr.as<Call>()->args[0]);
  TRY_ASSIGN(const auto rows, vector_of(context, arg, grid));
  std::vector<bool> present(grid.count);
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) break;
    for (size_t i = 0; i < present.size(); ++i) {
      if (!is_absent(row.values[i])) present[i] = true;
    }
  }
  return where_none(arg, present);
}

Result<std::unique_ptr<Rows>> absent_over_time(Context& context, const Expr& expr, const Grid& grid) {
  const Expr& arg = unparen(*expr.as<Call>()->args[0]);
  TRY_ASSIGN(const auto rows, matrix_of(context, arg, grid));
  TRY(check_mode(*find_function("absent_over_time"), rows->shape().mode));
  std::vector<bool> present(grid.count);
  for (RangeRow row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) break;
    for (size_t i = 0; i < present.size(); ++i) {
      if (row.windows[i].size() > 0) present[i] = true;
    }
  }
  return where_none(arg, present);
}

}  // namespace oreum::promql::functions
