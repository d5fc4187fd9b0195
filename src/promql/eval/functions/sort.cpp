// sort and its kin: only instant queries have an order of their own.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "promql/eval/build.h"
#include "promql/eval/functions/natural_order.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

template <typename Less>
Result<std::unique_ptr<Rows>> sorted(Context& context, const Expr& expr, const Grid& grid, Less&& less) {
  TRY_ASSIGN(auto rows, vector_of(context, *expr.as<Call>()->args[0], grid));
  if (grid.count > 1) {
    context.notes.warn("sort is ineffective for range queries since results are always ordered by labels", expr.span);
    return rows;
  }
  TRY_ASSIGN(std::vector<Row> all, read_all(*rows));
  std::stable_sort(all.begin(), all.end(), less);
  return these_rows(std::move(all));
}

std::vector<std::string_view> sort_labels(const Call& call) {
  std::vector<std::string_view> names;
  for (size_t i = 1; i < call.args.size(); ++i) names.push_back(unparen(*call.args[i]).as<StringLiteral>()->value);
  return names;
}

/// By these labels' values, and then by all labels.
bool label_less(const std::vector<std::string_view>& names, const Row& a, const Row& b) {
  for (const std::string_view name : names) {
    const std::string_view x = a.labels.get(name);
    const std::string_view y = b.labels.get(name);
    if (natural_less(x, y)) return true;
    if (natural_less(y, x)) return false;
  }
  return a.labels < b.labels;
}

}  // namespace

// NaN comes last in both.
Result<std::unique_ptr<Rows>> sort(Context& context, const Expr& expr, const Grid& grid) {
  return sorted(context, expr, grid, [](const Row& a, const Row& b) {
    const double x = a.values[0];
    const double y = b.values[0];
    return std::isnan(y) ? !std::isnan(x) : x < y;
  });
}
Result<std::unique_ptr<Rows>> sort_desc(Context& context, const Expr& expr, const Grid& grid) {
  return sorted(context, expr, grid, [](const Row& a, const Row& b) {
    const double x = a.values[0];
    const double y = b.values[0];
    return std::isnan(y) ? !std::isnan(x) : x > y;
  });
}

Result<std::unique_ptr<Rows>> sort_by_label(Context& context, const Expr& expr, const Grid& grid) {
  return sorted(context, expr, grid, [names = sort_labels(*expr.as<Call>())](const Row& a, const Row& b) {
    return label_less(names, a, b);
  });
}
Result<std::unique_ptr<Rows>> sort_by_label_desc(Context& context, const Expr& expr, const Grid& grid) {
  return sorted(context, expr, grid, [names = sort_labels(*expr.as<Call>())](const Row& a, const Row& b) {
    return label_less(names, b, a);
  });
}

}  // namespace oreum::promql::functions
