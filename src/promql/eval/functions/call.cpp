// Calls of functions as operators: arguments are made into rows and columns, and the table says what is done to them.
#include <utility>

#include <fmt/core.h>

#include "promql/eval/build.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql {

namespace functions {

namespace {

class WindowRows final : public Rows {
 public:
  WindowRows(WindowFn* function, bool keeps_name, WindowCall call, std::vector<Span> spans,
             std::unique_ptr<RangeRows> input)
      : function_(function),
        keeps_name_(keeps_name),
        call_(std::move(call)),
        spans_(std::move(spans)),
        input_(std::move(input)) {
    call_.spans = spans_;
  }

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, input_->next(series_));
    if (!there) return false;
    out.values.resize(series_.windows.size());
    TRY(function_(call_, series_, out.values));
    std::swap(out.labels, series_.labels);
    out.drop_name = series_.drop_name || !keeps_name_;
    return true;
  }

 private:
  WindowFn* const function_;
  const bool keeps_name_;
  WindowCall call_;
  const std::vector<Span> spans_;
  std::unique_ptr<RangeRows> input_;
  RangeRow series_;
};

class PointRows final : public Rows {
 public:
  PointRows(PointFn* function, PointCall call, std::unique_ptr<Rows> input)
      : function_(function), call_(std::move(call)), input_(std::move(input)) {}

  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, input_->next(out));
    if (!there) return false;
    function_(call_, out.values);
    out.drop_name = true;
    return true;
  }

 private:
  PointFn* const function_;
  const PointCall call_;
  std::unique_ptr<Rows> input_;
};

/// The arguments of a call that are not its vector.
struct Scalars {
  std::vector<Column> values;
  std::vector<Span> spans;
  const Expr* other = nullptr;  // the vector; null where it was left out
};

Result<Scalars> read_scalars(Context& context, const Call& call, const Grid& grid) {
  Scalars out;
  for (const ExprPtr& arg : call.args) {
    if (arg->type != ValueType::kScalar) {
      out.other = arg.get();
      continue;
    }
    TRY_ASSIGN(Column column, scalar_of(context, *arg, grid));
    out.values.push_back(std::move(column));
    out.spans.push_back(arg->span);
  }
  return out;
}

/// Where annotations about a range vector point: a subquery has no place of its own there.
Span span_of(const Expr& range) {
  const Expr& inner = unparen(range);
  return inner.as<Subquery>() != nullptr ? Span{} : inner.span;
}

struct BuildRows {
  Context& context;
  const Expr& expr;
  const Grid& grid;
  const Function& function;

  using Built = Result<std::unique_ptr<Rows>>;

  Built operator()(WindowFn* how) const {
    TRY_ASSIGN(Scalars scalars, read_scalars(context, *expr.as<Call>(), grid));
    TRY_ASSIGN(auto input, matrix_of(context, *scalars.other, grid));
    const RangeShape shape = input->shape();
    TRY(check_mode(function, shape.mode));
    WindowCall call{context, span_of(*scalars.other), {}, grid, shape, std::move(scalars.values)};
    return std::make_unique<WindowRows>(how, function.keeps_name, std::move(call), std::move(scalars.spans),
                                        std::move(input));
  }

  Built operator()(PointFn* how) const {
    TRY_ASSIGN(Scalars scalars, read_scalars(context, *expr.as<Call>(), grid));
    std::unique_ptr<Rows> input;
    if (scalars.other == nullptr) {  // of dates: vector(time())
      TRY_ASSIGN(Column now, time(context, expr, grid));
      input = one_row({.labels = {}, .drop_name = false, .values = std::move(now)});
    } else {
      TRY_ASSIGN(input, vector_of(context, *scalars.other, grid));
    }
    return std::make_unique<PointRows>(how, PointCall{grid, std::move(scalars.values)}, std::move(input));
  }

  Built operator()(RowsFn* how) const { return how(context, expr, grid); }

  Built operator()(ScalarFn* /*how*/) const {
    return Error(Code::kInternal, fmt::format("{}() is a scalar", function.name));
  }
};

}  // namespace

Status check_mode(const Function& function, RangeMode mode) {
  if (mode == RangeMode::kPlain || function.modes == Modes::kAll) return {};
  if (mode == RangeMode::kAnchored && function.modes == Modes::kAnchored) return {};
  const std::string_view modifier = mode == RangeMode::kAnchored ? "anchored" : "smoothed";
  const std::string_view others =
      mode == RangeMode::kAnchored ? "changes, delta, increase, rate, resets" : "delta, increase, rate";
  return Error(Code::kInvalidArgument,
               fmt::format("{} modifier can only be used with: {} - not with {}", modifier, others, function.name));
}

namespace {

Result<const Function*> function_of(const Call& call) {
  const Function* function = find_function(call.function->name);
  if (function == nullptr) {
    return Error(Code::kUnimplemented, fmt::format("{}() is not there yet", call.function->name));
  }
  return function;
}

}  // namespace

}  // namespace functions

Result<std::unique_ptr<Rows>> call_rows(Context& context, const Expr& expr, const Grid& grid) {
  TRY_ASSIGN(const functions::Function* function, functions::function_of(*expr.as<Call>()));
  return std::visit(functions::BuildRows{context, expr, grid, *function}, function->how);
}

Result<Column> call_scalar(Context& context, const Expr& expr, const Grid& grid) {
  TRY_ASSIGN(const functions::Function* function, functions::function_of(*expr.as<Call>()));
  auto* const* const how = std::get_if<functions::ScalarFn*>(&function->how);
  if (how == nullptr) return Error(Code::kInternal, fmt::format("{}() is not a scalar", function->name));
  return (*how)(context, expr, grid);
}

}  // namespace oreum::promql
