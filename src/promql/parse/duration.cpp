// What stands in brackets and behind offset: durations, numbers of seconds, and arithmetic over them.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

constexpr std::string_view kExpected = "number, duration, step(), or range()";
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

bool is_extreme(const Token& token) {
  return token.kind == TokenKind::kIdentifier && (token.text == "min_of" || token.text == "max_of");
}

bool is_sign(const Token& token) { return token.is(BinaryOp::kAdd) || token.is(BinaryOp::kSub); }

}  // namespace

Result<ParsedDuration> Grammar::make_duration(DurationExpr expr, uint32_t depth) const {
  if (depth > kMaxDepth) return too_deep(expr.span);
  return ParsedDuration{.expr = std::make_unique<const DurationExpr>(std::move(expr)), .depth = depth};
}

Result<Duration> Grammar::bracket_duration() {
  const Span first = peek().span;
  TRY_ASSIGN(ParsedDuration parsed, duration_expression(0));
  TRY_ASSIGN(Duration duration, fixed_or_expression(std::move(parsed)));
  if (!duration.expr && duration.fixed.count() <= 0) return fail(since(first), "duration must be greater than 0");
  return duration;
}

Result<Duration> Grammar::offset_duration() {
  const Token first = peek();
  if (!is_sign(first)) {
    TRY_ASSIGN(ParsedDuration parsed, duration_operand());
    return fixed_or_expression(std::move(parsed));
  }
  take();
  const bool negative = first.is(BinaryOp::kSub);
  if (is_sign(peek())) return unexpected("offset", kExpected);
  TRY_ASSIGN(ParsedDuration parsed, duration_operand());
  DurationExpr expr{DurationExpr::Unary{.negative = negative, .of = std::move(parsed.expr)}, since(first.span)};
  TRY_ASSIGN(ParsedDuration whole, make_duration(std::move(expr), parsed.depth + 1));
  return fixed_or_expression(std::move(whole));
}

/// A number with a sign or without is known now; all else when the query's times are.
Result<Duration> Grammar::fixed_or_expression(ParsedDuration parsed) const {
  const DurationExpr* inner = parsed.expr.get();
  bool negative = false;
  if (const auto* sign = std::get_if<DurationExpr::Unary>(&inner->node)) {
    negative = sign->negative;
    inner = sign->of.get();
  }
  const auto* number = std::get_if<DurationExpr::Number>(&inner->node);
  if (number == nullptr) {
    TRY(need_experimental(parsed.expr->span, "arithmetic over durations"));
    return Duration{.fixed = milliseconds(0), .expr = std::move(parsed.expr)};
  }
  const double ms = std::trunc(std::round(number->seconds * 1e9) / 1e6);
  constexpr double kLimit = static_cast<double>(INT64_MAX) / 1e6;
  if (!(std::fabs(ms) <= kLimit)) return fail(parsed.expr->span, "duration out of range");
  return Duration{.fixed = milliseconds(static_cast<int64_t>(negative ? -ms : ms)), .expr = nullptr};
}

Result<ParsedDuration> Grammar::duration_expression(int precedence) {
  const Level level(level_);
  if (level_ > kMaxDepth) return too_deep(peek().span);
  const Span first = peek().span;
  ParsedDuration lhs;
  if (is_sign(peek())) {
    const bool negative = take().is(BinaryOp::kSub);
    TRY_ASSIGN(ParsedDuration of, duration_expression(kPowPrecedence));
    TRY_ASSIGN(lhs, make_duration({DurationExpr::Unary{.negative = negative, .of = std::move(of.expr)}, since(first)},
                                  of.depth + 1));
  } else {
    TRY_ASSIGN(lhs, duration_operand());
  }
  for (;;) {
    const Operator op = duration_operator(peek());
    if (op.precedence == 0 || op.precedence < precedence) return lhs;
    take();
    TRY_ASSIGN(ParsedDuration rhs, duration_expression(op.op == DurationOp::kPow ? op.precedence : op.precedence + 1));
    const uint32_t depth = std::max(lhs.depth, rhs.depth) + 1;
    DurationExpr::Binary node{.op = op.op, .lhs = std::move(lhs.expr), .rhs = std::move(rhs.expr)};
    TRY_ASSIGN(lhs, make_duration({std::move(node), since(first)}, depth));
  }
}

Result<ParsedDuration> Grammar::duration_operand() {
  const Token first = peek();
  if (first.kind == TokenKind::kNumber || first.kind == TokenKind::kDuration) return duration_number();
  if (first.kind == TokenKind::kStep || first.kind == TokenKind::kRange || is_extreme(first)) return duration_call();
  if (first.kind != TokenKind::kLeftParen) return unexpected("subquery or range selector", kExpected);
  take();
  TRY_ASSIGN(ParsedDuration inner, duration_expression(0));
  if (!take_if(TokenKind::kRightParen)) return unexpected("subquery or range selector", kExpected);
  return make_duration({DurationExpr::Paren{std::move(inner.expr)}, since(first.span)}, inner.depth + 1);
}

Result<ParsedDuration> Grammar::duration_call() {
  const Token name = take();
  if (!take_if(TokenKind::kLeftParen)) return unexpected("subquery or range selector", kExpected);
  if (!is_extreme(name)) {
    if (!take_if(TokenKind::kRightParen)) return unexpected("subquery or range selector", kExpected);
    if (name.kind == TokenKind::kStep) return make_duration({DurationExpr::Step{}, since(name.span)}, 1);
    return make_duration({DurationExpr::Range{}, since(name.span)}, 1);
  }
  TRY_ASSIGN(ParsedDuration lhs, duration_expression(0));
  if (!take_if(TokenKind::kComma)) return unexpected("subquery or range selector", kExpected);
  TRY_ASSIGN(ParsedDuration rhs, duration_expression(0));
  if (!take_if(TokenKind::kRightParen)) return unexpected("subquery or range selector", kExpected);
  const uint32_t depth = std::max(lhs.depth, rhs.depth) + 1;
  DurationExpr::Binary node{.op = name.text == "min_of" ? DurationOp::kMin : DurationOp::kMax,
                            .lhs = std::move(lhs.expr),
                            .rhs = std::move(rhs.expr)};
  return make_duration({std::move(node), since(name.span)}, depth);
}

Result<ParsedDuration> Grammar::duration_number() {
  const bool as_duration = at(TokenKind::kDuration);
  TRY_ASSIGN(const Parsed literal, number());
  const double seconds = literal.expr->as<NumberLiteral>()->value;
  return make_duration({DurationExpr::Number{.seconds = seconds, .as_duration = as_duration}, literal.expr->span}, 1);
}

}  // namespace oreum::promql
