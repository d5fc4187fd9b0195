// absent, absent_over_time: one series where there is none.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "promql/eval/build.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

/// The labels that a selector names by one equality each: those its series would surely have had.
model::Labels labels_of(const Expr& arg) {
  const VectorSelector* selector = arg.as<VectorSelector>();
  if (const MatrixSelector* range = arg.as<MatrixSelector>()) selector = range->vector->as<VectorSelector>();
  if (selector == nullptr) return {};
  std::set<std::string_view> seen;
  std::vector<model::Label> labels;
  for (const model::Matcher& m : selector->matchers) {
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
