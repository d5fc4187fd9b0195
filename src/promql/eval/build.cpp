#include "promql/eval/build.h"

#include <utility>

#include "promql/eval/times.h"

namespace oreum::promql {

namespace {

/// Rows of a grid of one point, repeated over the whole.
class RepeatedRows final : public Rows {
 public:
  RepeatedRows(std::unique_ptr<Rows> rows, size_t count) : rows_(std::move(rows)), count_(count) {}
  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, rows_->next(once_));
    if (!there) return false;
    out.labels = once_.labels;
    out.drop_name = once_.drop_name;
    out.values.assign(count_, once_.values.front());
    return true;
  }

 private:
  std::unique_ptr<Rows> rows_;
  const size_t count_;
  Row once_;
};

/// A scalar as a series without labels.
class ScalarRows final : public Rows {
 public:
  explicit ScalarRows(Column values) : values_(std::move(values)) {}
  Result<bool> next(Row& out) override {
    if (done_) return false;
    done_ = true;
    out = {{}, false, std::move(values_)};
    return true;
  }

 private:
  Column values_;
  bool done_ = false;
};

Error unexpected(std::string_view wanted) {
  return Error(Code::kInternal, "the tree has another type than " + std::string(wanted) + " here");
}

struct BuildScalar {
  Context& context;
  const Expr& expr;
  const Grid& grid;

  Result<Column> operator()(const NumberLiteral& n) const { return Column(grid.count, n.value); }
  Result<Column> operator()(const Call&) const { return call_scalar(context, expr, grid); }
  Result<Column> operator()(const Binary&) const { return binary_scalar(context, expr, grid); }
  Result<Column> operator()(const Unary&) const { return unary_scalar(context, expr, grid); }
  Result<Column> operator()(const Paren& p) const { return scalar_of(context, *p.expr, grid); }
  Result<Column> operator()(const auto&) const { return unexpected("scalar"); }
};

struct BuildVector {
  Context& context;
  const Expr& expr;
  const Grid& grid;

  using Built = Result<std::unique_ptr<Rows>>;
  Built operator()(const VectorSelector&) const { return select_rows(context, expr, grid); }
  Built operator()(const Call&) const { return call_rows(context, expr, grid); }
  Built operator()(const Aggregate&) const { return aggregate_rows(context, expr, grid); }
  Built operator()(const Binary&) const { return binary_rows(context, expr, grid); }
  Built operator()(const Unary&) const { return unary_rows(context, expr, grid); }
  Built operator()(const Paren& p) const { return vector_of(context, *p.expr, grid); }
  Built operator()(const auto&) const { return unexpected("instant vector"); }
};

/// Worth evaluating once: more than a plain number.
bool is_repeated(const Expr& expr, const Grid& grid) { return grid.count > 1 && is_step_invariant(expr); }

}  // namespace

Result<Column> scalar_of(Context& context, const Expr& expr, const Grid& grid) {
  if (!is_repeated(expr, grid)) return std::visit(BuildScalar{context, expr, grid}, expr.node);
  TRY_ASSIGN(const Column once, std::visit(BuildScalar{context, expr, Grid::instant(grid.start)}, expr.node));
  return Column(grid.count, once.front());
}

Result<std::unique_ptr<Rows>> vector_of(Context& context, const Expr& expr, const Grid& grid) {
  if (expr.type == ValueType::kScalar) {
    TRY_ASSIGN(Column values, scalar_of(context, expr, grid));
    return std::make_unique<ScalarRows>(std::move(values));
  }
  if (!is_repeated(expr, grid)) return std::visit(BuildVector{context, expr, grid}, expr.node);
  TRY_ASSIGN(auto once, std::visit(BuildVector{context, expr, Grid::instant(grid.start)}, expr.node));
  return std::make_unique<RepeatedRows>(std::move(once), grid.count);
}

Result<std::unique_ptr<RangeRows>> matrix_of(Context& context, const Expr& expr, const Grid& grid) {
  const Expr& inner = unparen(expr);
  if (inner.as<MatrixSelector>() != nullptr) return select_ranges(context, inner, grid);
  if (inner.as<Subquery>() != nullptr) return subquery_ranges(context, inner, grid);
  return unexpected("range vector");
}

}  // namespace oreum::promql
