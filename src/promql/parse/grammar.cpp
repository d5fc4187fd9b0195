#include "promql/parse/grammar.h"

#include <fmt/core.h>

#include "promql/parse/check.h"

namespace oreum::promql {

Grammar::Grammar(std::string_view text, const ParseOptions& options)
    : text_(text), options_(options), tokens_(tokenize(text)) {}

bool Grammar::take_if(TokenKind kind) {
  if (!at(kind)) return false;
  take();
  return true;
}

Error Grammar::fail(Span where, std::string_view message) const { return parse_error(text_, where, message); }

Error Grammar::refused(Span where, std::string_view message) const {
  return at(TokenKind::kError) ? unexpected() : fail(where, message);
}

Error Grammar::unexpected(std::string_view context, std::string_view expected) const {
  const Token& token = peek();
  if (token.kind == TokenKind::kError) return fail(token.span, tokens_.error);
  std::string message = fmt::format("unexpected {}", describe(token));
  if (!context.empty()) message += fmt::format(" in {}", context);
  if (!expected.empty()) message += fmt::format(", expected {}", expected);
  return fail(token.span, message);
}

Error Grammar::too_deep(Span where) const {
  return fail(where, fmt::format("the expression is nested deeper than {} levels", kMaxDepth));
}

Result<std::unique_ptr<Expr>> Grammar::whole_expression() {
  if (at(TokenKind::kEnd)) {
    // Prometheus has no place for it.
    return Error(Code::kInvalidArgument, "unknown position: parse error: no expression found in input");
  }
  TRY_ASSIGN(Parsed parsed, expression(0));
  if (!at(TokenKind::kEnd)) return unexpected();
  return std::move(parsed.expr);
}

Result<VectorSelector> Grammar::whole_selector() {
  TRY_ASSIGN(VectorSelector selector, bare_selector());
  if (!at(TokenKind::kEnd)) return unexpected();
  return selector;
}

}  // namespace oreum::promql
