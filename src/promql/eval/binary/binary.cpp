// Which operator stands between what; scalars and the sign.
#include <utility>

#include <fmt/core.h>

#include "promql/eval/binary/side.h"
#include "promql/eval/build.h"

namespace oreum::promql {

namespace {

/// A vector and a scalar, in either order: point by point, series by series.
class ScalarSideRows final : public Rows {
 public:
  ScalarSideRows(Context& context, const Expr& expr, std::unique_ptr<Rows> rows, Column scalar, bool scalar_is_left)
      : context_(context),
        expr_(expr),
        op_(*expr.as<Binary>()),
        rows_(std::move(rows)),
        scalar_(std::move(scalar)),
        scalar_is_left_(scalar_is_left),
        kernel_(kernel_of(op_, scalar_is_left ? Yield::kRight : Yield::kLeft)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, rows_->next(out));
    if (!there) return false;
    if (is_trim(op_.op) && has_points(out.values)) note_trim(context_, expr_, op_.op);
    double* values = out.values.data();
    const double* left = scalar_is_left_ ? scalar_.data() : values;
    const double* right = scalar_is_left_ ? values : scalar_.data();
    kernel_(left, right, values, out.values.size());
    out.drop_name |= drops_name(op_);
    return true;
  }

 private:
  Context& context_;
  const Expr& expr_;
  const Binary& op_;
  std::unique_ptr<Rows> rows_;
  const Column scalar_;
  const bool scalar_is_left_;
  const Kernel kernel_;
};

/// Times −1 rather than the sign's bit turned: a NaN of any bits stays one that is not the marker of absence.
void negate(Column& values) {
  for (double& v : values) v = is_absent(v) ? v : v * -1.0;
}

class NegatedRows final : public Rows {
 public:
  explicit NegatedRows(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, rows_->next(out));
    if (!there) return false;
    negate(out.values);
    out.drop_name = true;
    return true;
  }

 private:
  std::unique_ptr<Rows> rows_;
};

}  // namespace

void note_trim(Context& context, const Expr& expr, BinaryOp op) {
  context.notes.info(
      fmt::format("incompatible sample types encountered for binary operator \"{0}\": float {0} float", op_text(op)),
      expr.span);
}

Result<std::unique_ptr<Rows>> binary_rows(Context& context, const Expr& expr, const Grid& grid) {
  const Binary& op = *expr.as<Binary>();
  const bool scalar_is_left = op.lhs->type == ValueType::kScalar;
  if (scalar_is_left || op.rhs->type == ValueType::kScalar) {
    TRY_ASSIGN(Column scalar, scalar_of(context, scalar_is_left ? *op.lhs : *op.rhs, grid));
    TRY_ASSIGN(auto rows, vector_of(context, scalar_is_left ? *op.rhs : *op.lhs, grid));
    return std::make_unique<ScalarSideRows>(context, expr, std::move(rows), std::move(scalar), scalar_is_left);
  }
  static const VectorMatching kDefault;
  TRY_ASSIGN(auto left, vector_of(context, *op.lhs, grid));
  TRY_ASSIGN(auto right, vector_of(context, *op.rhs, grid));
  VectorPair pair{context,         expr, op, op.matching ? *op.matching : kDefault, grid.count, std::move(left),
                  std::move(right)};
  return is_set(op.op) ? set_rows(std::move(pair)) : matched_rows(std::move(pair));
}

Result<Column> binary_scalar(Context& context, const Expr& expr, const Grid& grid) {
  const Binary& op = *expr.as<Binary>();
  if (is_trim(op.op)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("operator \"{}\" not allowed for Scalar operations", op_text(op.op)));
  }
  TRY_ASSIGN(Column left, scalar_of(context, *op.lhs, grid));
  TRY_ASSIGN(const Column right, scalar_of(context, *op.rhs, grid));
  kernel_of(op, Yield::kBool)(left.data(), right.data(), left.data(), left.size());
  return left;
}

Result<std::unique_ptr<Rows>> unary_rows(Context& context, const Expr& expr, const Grid& grid) {
  const Unary& op = *expr.as<Unary>();
  TRY_ASSIGN(auto rows, vector_of(context, *op.expr, grid));
  if (!op.negative) return rows;
  return std::make_unique<NegatedRows>(std::move(rows));
}

Result<Column> unary_scalar(Context& context, const Expr& expr, const Grid& grid) {
  const Unary& op = *expr.as<Unary>();
  TRY_ASSIGN(Column values, scalar_of(context, *op.expr, grid));
  if (op.negative) negate(values);
  return values;
}

}  // namespace oreum::promql
