// Operators and what stands between them.
#include <algorithm>

#include <fmt/core.h>

#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

constexpr int kPowPrecedence = 6;

/// Higher binds closer.
int precedence_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr: return 1;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless: return 2;
    case BinaryOp::kEq:
    case BinaryOp::kNe:
    case BinaryOp::kLt:
    case BinaryOp::kGt:
    case BinaryOp::kLe:
    case BinaryOp::kGe:
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower: return 3;
    case BinaryOp::kAdd:
    case BinaryOp::kSub: return 4;
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
    case BinaryOp::kAtan2: return 5;
    case BinaryOp::kPow: return kPowPrecedence;
  }
  return 0;
}

}  // namespace

Result<Parsed> Grammar::expression(int precedence) {
  const Level level(level_);
  if (level_ > kMaxDepth) return too_deep(peek().span);
  TRY_ASSIGN(Parsed lhs, operand());
  while (at(TokenKind::kOperator) && precedence_of(peek().binary()) >= precedence) {
    const Token op = take();
    TRY_ASSIGN(lhs, binary(std::move(lhs), op));
  }
  return lhs;
}

/// Whether the next word can begin an operand.
bool Grammar::begins_operand() const {
  switch (peek().kind) {
    case TokenKind::kString:
    case TokenKind::kNumber:
    case TokenKind::kDuration:
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBrace: return true;
    default: return peek().is(BinaryOp::kSub) || peek().is(BinaryOp::kAdd) || names_metric(peek());
  }
}

bool Grammar::begins_fill() const {
  return at(TokenKind::kFill) || at(TokenKind::kFillLeft) || at(TokenKind::kFillRight);
}

Result<Parsed> Grammar::operand() {
  if (peek().is(BinaryOp::kSub) || peek().is(BinaryOp::kAdd)) return signed_operand();
  TRY_ASSIGN(Parsed parsed, primary());
  return modified(std::move(parsed));
}

Result<Parsed> Grammar::signed_operand() {
  const Token sign = take();
  const bool negative = sign.is(BinaryOp::kSub);
  TRY_ASSIGN(Parsed parsed, expression(kPowPrecedence));
  if (auto* literal = std::get_if<NumberLiteral>(&parsed.expr->node)) {
    if (negative) literal->value = -literal->value;
    parsed.expr->span.begin = sign.span.begin;
    return parsed;
  }
  const ValueType type = parsed.expr->type;
  return make(Unary{.negative = negative, .expr = std::move(parsed.expr)}, since(sign.span), type, parsed.depth + 1);
}

Result<Parsed> Grammar::primary() {
  switch (peek().kind) {
    case TokenKind::kNumber:
    case TokenKind::kDuration: return number();
    case TokenKind::kString: {
      const Token token = take();
      return make(StringLiteral{unquote(token.text)}, token.span, ValueType::kString, 1);
    }
    case TokenKind::kLeftParen: return parenthesised();
    case TokenKind::kAggregate:
      if (begins_aggregate()) return aggregate();
      return selector();
    case TokenKind::kIdentifier:
    case TokenKind::kStart:
    case TokenKind::kFinish:
    case TokenKind::kStep:
    case TokenKind::kRange:
    case TokenKind::kMinOf:
    case TokenKind::kMaxOf:
      if (peek_next().kind == TokenKind::kLeftParen) return call();
      return selector();
    default: return selector();
  }
}

Result<Parsed> Grammar::number() {
  const Token token = take();
  if (token.kind == TokenKind::kDuration) {
    const DurationLiteral duration = parse_duration_literal(token.text);
    if (!duration.error.empty()) {
      return fail(token.span, duration.error);
    }
    return make(NumberLiteral{static_cast<double>(duration.value.count()) / 1000.0, true}, token.span,
                ValueType::kScalar, 1);
  }
  const std::optional<double> value = parse_number(token.text);
  if (!value) return fail(token.span, fmt::format("error parsing number: {} is not a number", quote(token.text)));
  return make(NumberLiteral{*value, false}, token.span, ValueType::kScalar, 1);
}

Result<Parsed> Grammar::parenthesised() {
  const Token open = take();
  TRY_ASSIGN(Parsed inner, expression(0));
  if (!take_if(TokenKind::kRightParen)) return unexpected();
  const ValueType type = inner.expr->type;
  return make(Paren{std::move(inner.expr)}, since(open.span), type, inner.depth + 1);
}

Result<Parsed> Grammar::binary(Parsed lhs, const Token& op) {
  Binary node{.op = op.binary(), .lhs = nullptr, .rhs = nullptr, .return_bool = false, .matching = std::nullopt};
  VectorMatching how;
  TRY(matching(node, how));
  const int own = precedence_of(node.op);
  TRY_ASSIGN(Parsed rhs, expression(node.op == BinaryOp::kPow ? own : own + 1));

  const ValueType left = lhs.expr->type;
  const ValueType right = rhs.expr->type;
  const bool vectors = left == ValueType::kVector && right == ValueType::kVector;
  if (is_set(node.op) && how.cardinality == Cardinality::kOneToOne) how.cardinality = Cardinality::kManyToMany;
  std::string_view misplaced;
  if (how.fill_left || how.fill_right) misplaced = "filling in missing series only allowed between instant vectors";
  if (!how.labels.empty()) misplaced = "vector matching only allowed between instant vectors";
  const bool fills = how.fill_left || how.fill_right;
  if (vectors) node.matching = std::move(how);
  const Span span = {lhs.expr->span.begin, rhs.expr->span.end};
  if (fills && !options_.experimental) return fail(span, "binop fill modifiers are experimental and not enabled");
  const ValueType type =
      left == ValueType::kScalar && right == ValueType::kScalar ? ValueType::kScalar : ValueType::kVector;
  node.lhs = std::move(lhs.expr);
  node.rhs = std::move(rhs.expr);
  TRY_ASSIGN(Parsed parsed, make(std::move(node), span, type, std::max(lhs.depth, rhs.depth) + 1));
  if (!vectors && !misplaced.empty()) misplaced_matching_.emplace(parsed.expr.get(), misplaced);
  return parsed;
}

/// bool, on (…), group_left (…), fill (…), behind an operator.
Status Grammar::matching(Binary& node, VectorMatching& how) {
  node.return_bool = take_if(TokenKind::kBool);
  if (at(TokenKind::kOn) || at(TokenKind::kIgnoring)) {
    how.on = take().kind == TokenKind::kOn;
    TRY_ASSIGN(how.labels, label_list());
    TRY(grouping(how));
  }
  return fills(how);
}

Status Grammar::grouping(VectorMatching& how) {
  if (!at(TokenKind::kGroupLeft) && !at(TokenKind::kGroupRight)) return {};
  how.cardinality = take().kind == TokenKind::kGroupLeft ? Cardinality::kManyToOne : Cardinality::kOneToMany;
  if (at(TokenKind::kLeftParen)) {
    TRY_ASSIGN(how.include, label_list());
  } else if (!begins_operand() && !begins_fill()) {
    return unexpected("grouping opts", "\"(\"");
  }
  return {};
}

Status Grammar::fills(VectorMatching& how) {
  if (!begins_fill()) return {};
  const Token first = peek();
  ;
  take();
  TRY_ASSIGN(const double value, fill_value());
  if (first.kind != TokenKind::kFillRight) how.fill_left = value;
  if (first.kind != TokenKind::kFillLeft) how.fill_right = value;
  const bool other = (first.kind == TokenKind::kFillLeft && at(TokenKind::kFillRight)) ||
                     (first.kind == TokenKind::kFillRight && at(TokenKind::kFillLeft));
  if (!other) return {};
  std::optional<double>& second = take().kind == TokenKind::kFillLeft ? how.fill_left : how.fill_right;
  TRY_ASSIGN(second, fill_value());
  return {};
}

Result<double> Grammar::fill_value() {
  if (!take_if(TokenKind::kLeftParen)) return unexpected();
  const bool negative = peek().is(BinaryOp::kSub);
  if (negative || peek().is(BinaryOp::kAdd)) take();
  if (!at(TokenKind::kNumber) && !at(TokenKind::kDuration)) return unexpected();
  TRY_ASSIGN(const Parsed literal, number());
  if (!take_if(TokenKind::kRightParen)) return unexpected();
  const double value = literal.expr->as<NumberLiteral>()->value;
  return negative ? -value : value;
}

}  // namespace oreum::promql
