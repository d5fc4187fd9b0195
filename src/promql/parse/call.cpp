// Functions, aggregations and lists of labels.
#include <algorithm>

#include <fmt/core.h>

#include "model/labels.h"
#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

bool has_param(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kCountValues ||
         op == AggregateOp::kQuantile || op == AggregateOp::kLimitk || op == AggregateOp::kLimitRatio;
}

bool is_experimental(AggregateOp op) { return op == AggregateOp::kLimitk || op == AggregateOp::kLimitRatio; }

}  // namespace

/// A name of an aggregation is a metric's where nothing follows that it would take.
bool Grammar::begins_aggregate() const {
  const TokenKind next = peek_next().kind;
  return next == TokenKind::kLeftParen || next == TokenKind::kBy || next == TokenKind::kWithout;
}

Result<Parsed> Grammar::aggregate() {
  const Token op = take();
  Aggregate node{.op = op.aggregate(), .expr = nullptr, .param = nullptr, .grouping = {}, .without = false};
  ++aggregations_;
  const bool clause_before = !at(TokenKind::kLeftParen);
  if (clause_before) TRY(grouping_clause(node));
  TRY_ASSIGN(std::vector<Parsed> args, arguments());
  if (!clause_before && (at(TokenKind::kBy) || at(TokenKind::kWithout))) {
    TRY(grouping_clause(node));
  } else if (!clause_before && at(TokenKind::kError)) {
    return unexpected();  // what is no word comes before what is wrong with the arguments
  }
  --aggregations_;
  return aggregate_of(op, std::move(node), std::move(args));
}

Result<Parsed> Grammar::aggregate_of(const Token& op, Aggregate node, std::vector<Parsed> args) {
  const Span span = since(op.span);
  if (args.empty()) return fail(span, "no arguments for aggregate expression provided");
  const size_t wanted = has_param(node.op) ? 2 : 1;
  if (args.size() != wanted) {
    return fail(span, fmt::format("wrong number of arguments for aggregate expression provided, expected {}, got {}",
                                  wanted, args.size()));
  }
  if (is_experimental(node.op) && !options_.experimental) {
    return fail(span, fmt::format("{}() is experimental and must be enabled", op_text(node.op)));
  }
  const uint32_t depth = std::max(args.front().depth, args.back().depth) + 1;
  node.expr = std::move(args.back().expr);
  if (wanted == 2) node.param = std::move(args.front().expr);
  return make(std::move(node), span, ValueType::kVector, depth);
}

Status Grammar::grouping_clause(Aggregate& node) {
  node.without = take().kind == TokenKind::kWithout;
  TRY_ASSIGN(node.grouping, label_list());
  return {};
}

Result<Parsed> Grammar::call() {
  const Token name = take();
  TRY_ASSIGN(std::vector<Parsed> args, arguments());
  const Signature* function = find_signature(name.text);
  if (function == nullptr) return fail(name.span, fmt::format("unknown function with name {}", quote(name.text)));
  if (function->experimental && !options_.experimental) {
    return fail(name.span, fmt::format("function {} is not enabled: it is experimental", quote(name.text)));
  }
  Call node{.function = function, .args = {}};
  uint32_t depth = 0;
  for (Parsed& arg : args) {
    depth = std::max(depth, arg.depth);
    node.args.push_back(std::move(arg.expr));
  }
  return make(std::move(node), since(name.span), function->returns, depth + 1);
}

Result<std::vector<Parsed>> Grammar::arguments() {
  std::vector<Parsed> args;
  if (!take_if(TokenKind::kLeftParen)) return unexpected();
  if (take_if(TokenKind::kRightParen)) return args;
  for (;;) {
    TRY_ASSIGN(Parsed arg, expression(0));
    args.push_back(std::move(arg));
    if (take_if(TokenKind::kRightParen)) return args;
    if (!at(TokenKind::kComma)) return unexpected();
    const Token comma = take();
    if (!begins_operand() && !at(TokenKind::kError)) {
      return fail(comma.span, "trailing commas not allowed in function call args");
    }
  }
}

Result<std::vector<std::string>> Grammar::label_list() {
  std::vector<std::string> labels;
  if (!take_if(TokenKind::kLeftParen)) return unexpected("grouping opts", "\"(\"");
  while (!take_if(TokenKind::kRightParen)) {
    TRY_ASSIGN(std::string label, label_in_list());
    labels.push_back(std::move(label));
    if (!at(TokenKind::kRightParen) && !take_if(TokenKind::kComma)) {
      return unexpected("grouping opts", "\",\" or \")\"");
    }
  }
  return labels;
}

Result<std::string> Grammar::label_in_list() {
  if (at(TokenKind::kString)) {
    const Token token = take();
    std::string name = unquote(token.text);
    if (name.empty() || !model::is_valid_utf8(name)) {
      return fail(token.span, fmt::format("invalid label name for grouping: {}", quote(name)));
    }
    return name;
  }
  if (!names_label(peek())) return unexpected("grouping opts", "label");
  return std::string(take().text);
}

}  // namespace oreum::promql
