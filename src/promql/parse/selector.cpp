// name{label="value", …}.
#include <fmt/core.h>

#include "model/labels.h"
#include "promql/parse/grammar.h"
#include "promql/parse/literals.h"
#include "promql/parse/regex_error.h"
#include "storage/match.h"

namespace oreum::promql {

namespace {

using model::Matcher;

std::optional<Matcher::Op> matcher_op(const Token& token) {
  if (token.kind == TokenKind::kEqual) return Matcher::Op::kEqual;
  if (token.kind == TokenKind::kRegex) return Matcher::Op::kRegex;
  if (token.kind == TokenKind::kNotRegex) return Matcher::Op::kNotRegex;
  if (token.is(BinaryOp::kNe)) return Matcher::Op::kNotEqual;
  return std::nullopt;
}

}  // namespace

Result<Parsed> Grammar::selector() {
  const Token first = peek();
  TRY_ASSIGN(VectorSelector node, bare_selector());
  TRY_ASSIGN(Parsed parsed, make(std::move(node), since(first.span), ValueType::kVector, 1));
  parsed.selector = &std::get<VectorSelector>(parsed.expr->node);
  return parsed;
}

Result<VectorSelector> Grammar::bare_selector() {
  VectorSelector selector;
  if (names_metric(peek())) {
    selector.name = std::string(take().text);
  } else if (!at(TokenKind::kLeftBrace)) {
    return unexpected();
  }
  const bool named = !selector.name.empty();
  if (at(TokenKind::kLeftBrace)) TRY(matchers(selector));
  if (named) selector.matchers.push_back({Matcher::Op::kEqual, std::string(model::kMetricName), selector.name});
  return selector;
}

Status Grammar::matchers(VectorSelector& selector) {
  take();
  while (!take_if(TokenKind::kRightBrace)) {
    TRY(matcher(selector));
    if (!at(TokenKind::kRightBrace) && !take_if(TokenKind::kComma)) {
      return unexpected("label matching", "\",\" or \"}\"");
    }
  }
  return {};
}

Status Grammar::matcher(VectorSelector& selector) {
  if (!at(TokenKind::kIdentifier) && !at(TokenKind::kString)) {
    return unexpected("label matching", "identifier or \"}\"");
  }
  const Token label = take();
  const bool quoted = label.kind == TokenKind::kString;
  std::string name = quoted ? unquote(label.text) : std::string(label.text);
  const std::optional<Matcher::Op> op = matcher_op(peek());
  if (!op) {
    if (!quoted) return unexpected("label matching", "label matching operator");
    // {"name"}: a metric name that is no plain word.
    selector.matchers.push_back({Matcher::Op::kEqual, std::string(model::kMetricName), std::move(name)});
    return {};
  }
  take();
  if (!at(TokenKind::kString)) return unexpected("label matching", "string");
  const Token value = take();
  Matcher matcher{*op, std::move(name), unquote(value.text)};
  // Most expressions are a few words, which the store's own reader takes faster than RE2.
  if (!storage::CompiledMatcher::compile(matcher)) {
    return fail(since(label.span), fmt::format("error parsing regexp: {}", regex_error(matcher.value)));
  }
  selector.matchers.push_back(std::move(matcher));
  return {};
}

}  // namespace oreum::promql
