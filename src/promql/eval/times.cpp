#include "promql/eval/times.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace oreum::promql {

namespace {

double seconds(const Context& context, const DurationExpr& expr);

double combine(DurationOp op, double a, double b) {
  switch (op) {
    case DurationOp::kAdd: return a + b;
    case DurationOp::kSub: return a - b;
    case DurationOp::kMul: return a * b;
    case DurationOp::kDiv: return a / b;
    case DurationOp::kMod: return std::fmod(a, b);
    case DurationOp::kPow: return std::pow(a, b);
    case DurationOp::kMin: return std::min(a, b);
    case DurationOp::kMax: return std::max(a, b);
  }
  return NAN;
}

struct Evaluate {
  const Context& context;
  double operator()(const DurationExpr::Number& n) const { return n.seconds; }
  // An instant query has no step and no range.
  double operator()(const DurationExpr::Step&) const {
    return context.query.count > 1 || context.is_range ? static_cast<double>(context.query.step) / 1000 : 0;
  }
  double operator()(const DurationExpr::Range&) const {
    return static_cast<double>(context.range_end - context.query.start) / 1000;
  }
  double operator()(const DurationExpr::Unary& u) const {
    const double v = seconds(context, *u.of);
    return u.negative ? -v : v;
  }
  double operator()(const DurationExpr::Binary& b) const {
    return combine(b.op, seconds(context, *b.lhs), seconds(context, *b.rhs));
  }
  double operator()(const DurationExpr::Paren& p) const { return seconds(context, *p.of); }
};

double seconds(const Context& context, const DurationExpr& expr) { return std::visit(Evaluate{context}, expr.node); }

bool invariant(const Modifiers& modifiers) { return modifiers.at.has_value(); }

/// Functions that look at the time of evaluation, whatever they are given.
bool asks_for_time(const Call& call) {
  constexpr std::array<std::string_view, 9> kWithoutArgument = {
      "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year", "time"};
  const std::string_view name = call.function->name;
  if (name == "timestamp" || name == "predict_linear" || name == "info") return true;
  return call.args.empty() &&
         std::find(kWithoutArgument.begin(), kWithoutArgument.end(), name) != kWithoutArgument.end();
}

struct Invariant {
  bool operator()(const NumberLiteral&) const { return true; }
  bool operator()(const StringLiteral&) const { return true; }
  bool operator()(const VectorSelector& s) const { return invariant(s.modifiers); }
  bool operator()(const MatrixSelector& s) const { return is_step_invariant(*s.vector); }
  bool operator()(const Subquery& s) const { return invariant(s.modifiers); }
  bool operator()(const Call& c) const {
    return !asks_for_time(c) &&
           std::all_of(c.args.begin(), c.args.end(), [](const ExprPtr& e) { return is_step_invariant(*e); });
  }
  bool operator()(const Aggregate& a) const {
    return is_step_invariant(*a.expr) && (a.param == nullptr || is_step_invariant(*a.param));
  }
  bool operator()(const Binary& b) const { return is_step_invariant(*b.lhs) && is_step_invariant(*b.rhs); }
  bool operator()(const Unary& u) const { return is_step_invariant(*u.expr); }
  bool operator()(const Paren& p) const { return is_step_invariant(*p.expr); }
};

}  // namespace

Result<int64_t> resolve(const Context& context, const Duration& duration) {
  if (duration.expr == nullptr) return duration.fixed.count();
  const double value = seconds(context, *duration.expr) * 1000;
  constexpr double kMost = 9.2e15;  // some hundred thousand years: sums of a few stay in range
  if (!(std::fabs(value) <= kMost)) return Error(Code::kInvalidArgument, "duration out of range");
  return static_cast<int64_t>(std::round(value));
}

Result<int64_t> resolve_positive(const Context& context, const Duration& duration) {
  TRY_ASSIGN(const int64_t ms, resolve(context, duration));
  if (ms <= 0) return Error(Code::kInvalidArgument, "duration must be greater than 0");
  return ms;
}

Result<Grid> reference(const Context& context, const Modifiers& modifiers, const Grid& grid) {
  TRY_ASSIGN(const int64_t offset, resolve(context, modifiers.offset));
  if (!modifiers.at) return Grid{grid.start - offset, grid.step, grid.count};
  int64_t at = modifiers.at->time.ms;
  if (modifiers.at->kind == At::Kind::kStart) at = context.query.start;
  if (modifiers.at->kind == At::Kind::kEnd) at = context.range_end;
  return Grid{at - offset, 0, grid.count};
}

bool is_step_invariant(const Expr& expr) { return std::visit(Invariant{}, expr.node); }

}  // namespace oreum::promql
