// The words of a query.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/parse/ast.h"

namespace oreum::promql {

enum class TokenKind : uint8_t {
  kEnd,
  kError,       // nothing comes after it; the lexer says what is wrong
  kIdentifier,  // a name without colons
  kMetric,      // a name with colons
  kString,      // with its quotes; its escapes are known to be right
  kNumber,      // with inf and nan
  kDuration,    // 5m, 1h30m: digits and units in any order
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAt,
  kEqual,      // =
  kRegex,      // =~
  kNotRegex,   // !~
  kOperator,   // which: a BinaryOp; != of matchers too
  kAggregate,  // which: an AggregateOp
  // Words that mean something in some places and are names in others.
  kOffset,
  kAnchored,
  kSmoothed,
  kBy,
  kWithout,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kBool,
  kFill,
  kFillLeft,
  kFillRight,
  kStart,
  kFinish,  // end
  kStep,
  kRange,
  kMinOf,
  kMaxOf,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint8_t which = 0;
  Span span;
  std::string_view text;  // of the query

  bool is(BinaryOp op) const { return kind == TokenKind::kOperator && which == static_cast<uint8_t>(op); }
  BinaryOp binary() const { return static_cast<BinaryOp>(which); }
  AggregateOp aggregate() const { return static_cast<AggregateOp>(which); }
};

/// Whether the word may be a metric's name; some mean something else in other places.
bool names_metric(const Token& token);
/// Whether the word may stand in a list of labels.
bool names_label(const Token& token);

/// The word as an error message says it: `identifier "foo"`, `<op:+>`, `end of input`.
std::string describe(const Token& token);

}  // namespace oreum::promql
