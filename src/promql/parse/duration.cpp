// What stands in brackets and behind offset: durations, numbers of seconds, and arithmetic over them.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

constexpr int kPowPrecedence = 3;

struct Operator {
  DurationOp op;
  int precedence;  // higher binds closer; 0: none
};

Operator duration_operator(const Token& token) {
  if (token.kind != TokenKind::kOperator) return {DurationOp::kAdd, 0};
  switch (token.binary()) {
    case BinaryOp::kAdd: return {DurationOp::kAdd, 1};
    case BinaryOp::kSub: return {DurationOp::kSub, 1};
    case BinaryOp::kMul: return {DurationOp::kMul, 2};
    case BinaryOp::kDiv: return {DurationOp::kDiv, 2};
    case BinaryOp::kMod: return {DurationOp::kMod, 2};
    case BinaryOp::kPow: return {DurationOp::kPow, kPowPrecedence};
    default: return {DurationOp::kAdd, 0};
  }
}

bool is_extreme(const Token& token) { return token.kind == TokenKind::kMinOf || token.kind == TokenKind::kMaxOf; }

bool is_sign(const Token& token) { return token.is(BinaryOp::kAdd) || token.is(BinaryOp::kSub); }

}  // namespace

Result<ParsedDuration> Grammar::make_duration(DurationExpr expr, uint32_t depth) const {
  if (depth > kMaxDepth) return too_deep(expr.span);
  return ParsedDuration{.expr = std::make_unique<const DurationExpr>(std::move(expr)), .depth = depth};
}

Error Grammar::unexpected_in_duration() const {
  if (place_ == DurationPlace::kOffset) return unexpected("offset", "number, duration, step(), or range()");
  if (place_ == DurationPlace::kStep) {
    return unexpected("subquery selector", "number, duration, step(), range(), or \"]\"");
  }
  return unexpected("subquery or range selector", "number, duration, step(), or range()");
}

Status Grammar::expect_in_duration(TokenKind kind) {
  if (!take_if(kind)) return unexpected_in_duration();
  return {};
}

Result<Duration> Grammar::bracket_duration(DurationPlace place) {
  place_ = place;
  const Span first = peek().span;
  TRY_ASSIGN(ParsedDuration parsed, duration_expression(0));
  const auto* number = std::get_if<DurationExpr::Number>(&parsed.expr->node);
  if (number != nullptr && number->seconds <= 0) return refused(since(first), "duration must be greater than 0");
  return fixed_or_expression(std::move(parsed));
}

Result<Duration> Grammar::offset_duration() {
  place_ = DurationPlace::kOffset;
  // As the server has it: behind a parenthesis or two signs the operators are the offset's; else they are those of the
  // expression around it.
  const bool whole = at(TokenKind::kLeftParen) || (is_sign(peek()) && is_sign(peek_next()));
  TRY_ASSIGN(ParsedDuration parsed, whole ? duration_expression(0) : offset_operand());
  return fixed_or_expression(std::move(parsed));
}

/// A number is known now; all else when the query's times are.
Duration Grammar::fixed_or_expression(ParsedDuration parsed) {
  const auto* number = std::get_if<DurationExpr::Number>(&parsed.expr->node);
  if (number == nullptr) return Duration{.fixed = milliseconds(0), .expr = std::move(parsed.expr)};
  const double ms = std::trunc(std::round(number->seconds * 1e9) / 1e6);
  return Duration{.fixed = milliseconds(static_cast<int64_t>(ms)), .expr = nullptr};
}

Result<ParsedDuration> Grammar::duration_expression(int precedence) {
  const Level level(level_);
  if (level_ > kMaxDepth) return too_deep(peek().span);
  const Span first = peek().span;
  ParsedDuration lhs;
  if (is_sign(peek())) {
    const Token sign = take();
    TRY_ASSIGN(ParsedDuration of, duration_expression(kPowPrecedence));
    TRY_ASSIGN(lhs, with_sign(sign, std::move(of)));
  } else {
    TRY_ASSIGN(lhs, duration_operand());
  }
  for (;;) {
    const Operator op = duration_operator(peek());
    if (op.precedence == 0 || op.precedence < precedence) return lhs;
    const Token sign = take();
    TRY_ASSIGN(ParsedDuration rhs, duration_expression(op.op == DurationOp::kPow ? op.precedence : op.precedence + 1));
    const auto* by = std::get_if<DurationExpr::Number>(&rhs.expr->node);
    if (by != nullptr && by->seconds == 0 && (op.op == DurationOp::kDiv || op.op == DurationOp::kMod)) {
      return refused(sign.span, op.op == DurationOp::kDiv ? "division by zero" : "modulo by zero");
    }
    const uint32_t depth = std::max(lhs.depth, rhs.depth) + 1;
    DurationExpr::Binary node{.op = op.op, .lhs = std::move(lhs.expr), .rhs = std::move(rhs.expr)};
    TRY_ASSIGN(lhs, make_duration({std::move(node), since(first)}, depth));
  }
}

/// A duration without operators, with a sign or not.
Result<ParsedDuration> Grammar::offset_operand() {
  if (!is_sign(peek())) return duration_operand();
  const Token sign = take();
  TRY_ASSIGN(ParsedDuration of, duration_operand());
  return with_sign(sign, std::move(of));
}

/// A plus says nothing; a minus makes a number negative.
Result<ParsedDuration> Grammar::with_sign(const Token& sign, ParsedDuration of) const {
  if (sign.is(BinaryOp::kAdd)) return of;
  const Span span = since(sign.span);
  if (const auto* number = std::get_if<DurationExpr::Number>(&of.expr->node)) {
    return make_duration({DurationExpr::Number{.seconds = -number->seconds, .as_duration = number->as_duration}, span},
                         1);
  }
  return make_duration({DurationExpr::Unary{.negative = true, .of = std::move(of.expr)}, span}, of.depth + 1);
}

Result<ParsedDuration> Grammar::duration_operand() {
  const Token first = peek();
  if (first.kind == TokenKind::kNumber || first.kind == TokenKind::kDuration) return duration_number();
  if (first.kind == TokenKind::kStep || first.kind == TokenKind::kRange || is_extreme(first)) return duration_call();
  TRY(expect_in_duration(TokenKind::kLeftParen));
  TRY_ASSIGN(ParsedDuration inner, duration_expression(0));
  TRY(expect_in_duration(TokenKind::kRightParen));
  if (std::holds_alternative<DurationExpr::Paren>(inner.expr->node)) return inner;  // ((5m)) is (5m)
  return make_duration({DurationExpr::Paren{std::move(inner.expr)}, since(first.span)}, inner.depth + 1);
}

Result<ParsedDuration> Grammar::duration_call() {
  const Token name = take();
  TRY(expect_in_duration(TokenKind::kLeftParen));
  if (!is_extreme(name)) {
    TRY(expect_in_duration(TokenKind::kRightParen));
    if (name.kind == TokenKind::kStep) return make_duration({DurationExpr::Step{}, since(name.span)}, 1);
    return make_duration({DurationExpr::Range{}, since(name.span)}, 1);
  }
  TRY_ASSIGN(ParsedDuration lhs, duration_expression(0));
  TRY(expect_in_duration(TokenKind::kComma));
  TRY_ASSIGN(ParsedDuration rhs, duration_expression(0));
  TRY(expect_in_duration(TokenKind::kRightParen));
  const uint32_t depth = std::max(lhs.depth, rhs.depth) + 1;
  DurationExpr::Binary node{.op = name.kind == TokenKind::kMinOf ? DurationOp::kMin : DurationOp::kMax,
                            .lhs = std::move(lhs.expr),
                            .rhs = std::move(rhs.expr)};
  return make_duration({std::move(node), since(name.span)}, depth);
}

Result<ParsedDuration> Grammar::duration_number() {
  const bool as_duration = at(TokenKind::kDuration);
  TRY_ASSIGN(const Parsed literal, number());
  const double seconds = literal.expr->as<NumberLiteral>()->value;
  constexpr double kMost = static_cast<double>(INT64_MAX / 1'000'000'000);  // as nanoseconds it is an int64
  if (!(seconds <= kMost)) return fail(literal.expr->span, "duration out of range");
  return make_duration({DurationExpr::Number{.seconds = seconds, .as_duration = as_duration}, literal.expr->span}, 1);
}

}  // namespace oreum::promql
