#include "promql/parse/token.h"

#include <fmt/core.h>

#include "promql/parse/literals.h"
#include "promql/parse/utf8.h"

namespace oreum::promql {

namespace {

/// The first characters of a text, in quotes.
std::string quote_start(std::string_view text, size_t runes) {
  size_t end = 0;
  for (; runes > 0 && end < text.size(); --runes) end += rune_at(text, end).size;
  return quote(text.substr(0, end));
}

}  // namespace

bool names_metric(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kMetric:
    case TokenKind::kAggregate:
    case TokenKind::kOffset:
    case TokenKind::kAnchored:
    case TokenKind::kSmoothed:
    case TokenKind::kBy:
    case TokenKind::kWithout:
    case TokenKind::kFill:
    case TokenKind::kFillLeft:
    case TokenKind::kFillRight:
    case TokenKind::kStart:
    case TokenKind::kFinish:
    case TokenKind::kStep:
    case TokenKind::kRange:
    case TokenKind::kMinOf:
    case TokenKind::kMaxOf: return true;
    case TokenKind::kOperator: return is_set(token.binary());
    default: return false;
  }
}

bool names_label(const Token& token) {
  switch (token.kind) {
    case TokenKind::kOn:
    case TokenKind::kIgnoring:
    case TokenKind::kGroupLeft:
    case TokenKind::kGroupRight:
    case TokenKind::kBool: return true;
    case TokenKind::kWithout: return false;
    default: return names_metric(token) || token.is(BinaryOp::kAtan2);
  }
}

std::string describe(const Token& token) {
  constexpr size_t kMostRunes = 10;
  const auto shortened = [&] {
    return token.text.size() > kMostRunes ? quote_start(token.text, kMostRunes) + "..." : quote(token.text);
  };
  switch (token.kind) {
    case TokenKind::kEnd: return "end of input";
    case TokenKind::kIdentifier: return fmt::format("identifier {}", quote(token.text));
    case TokenKind::kMetric: return fmt::format("metric identifier {}", quote(token.text));
    case TokenKind::kString: return fmt::format("string {}", shortened());
    case TokenKind::kNumber: return fmt::format("number {}", shortened());
    case TokenKind::kDuration: return fmt::format("duration {}", shortened());
    case TokenKind::kAt:
    case TokenKind::kRegex:
    case TokenKind::kNotRegex:
    case TokenKind::kOperator: return fmt::format("<op:{}>", token.text);
    case TokenKind::kAggregate: return fmt::format("<aggr:{}>", token.text);
    default: break;
  }
  const bool keyword = token.kind >= TokenKind::kOffset && token.kind < TokenKind::kStart;
  return keyword ? fmt::format("<{}>", token.text) : quote(token.text);
}

}  // namespace oreum::promql
