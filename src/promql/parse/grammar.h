// The parser's state: the words of one text, and where it is among them. What a word can begin stands in a .cpp for
// each part of the language.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "promql/parse/ast.h"
#include "promql/parse/lexer.h"
#include "promql/parse/parser.h"

namespace oreum::promql {

/// A tree and its height.
struct Parsed {
  std::unique_ptr<Expr> expr;
  uint32_t depth = 1;
  VectorSelector* selector = nullptr;  // inside expr, where it is a plain selector, with a range or without
};

struct ParsedDuration {
  DurationExprPtr expr;
  uint32_t depth = 1;
};

/// Recursive descent; operators by precedence climbing. Looks at each word a fixed number of times. Not thread-safe.
class Grammar {
 public:
  Grammar(std::string_view text, const ParseOptions& options);

  /// The whole text as an expression, without the check of types.
  Result<std::unique_ptr<Expr>> whole_expression();
  /// The whole text as a selector.
  Result<VectorSelector> whole_selector();

  /// Operators that were told how to match vectors though a side is none, and what is wrong then: an error of types.
  const std::unordered_map<const Expr*, std::string_view>& misplaced_matching() const { return misplaced_matching_; }

 private:
  // --- words (grammar.cpp)
  const Token& peek() const { return tokens_.list[at_]; }
  const Token& peek_next() const { return tokens_.list[at_ + 1 < tokens_.list.size() ? at_ + 1 : at_]; }
  bool at(TokenKind kind) const { return peek().kind == kind; }
  Token take() { return tokens_.list[at_ + 1 < tokens_.list.size() ? at_++ : at_]; }
  bool take_if(TokenKind kind);
  uint32_t last_end() const { return at_ == 0 ? 0 : tokens_.list[at_ - 1].span.end; }
  Span since(Span first) const { return {first.begin, last_end()}; }

  Error fail(Span where, std::string_view message) const;
  /// The same, unless no word at all is next: that is said first.
  Error refused(Span where, std::string_view message) const;
  /// The word that is next is not what can stand here.
  Error unexpected(std::string_view context, std::string_view expected) const;
  Error unexpected() const { return unexpected(aggregations_ > 0 ? "aggregation" : "", ""); }
  Error too_deep(Span where) const;

  template <typename T>
  Result<Parsed> make(T node, Span span, ValueType type, uint32_t depth) const {
    if (depth > kMaxDepth) return too_deep(span);
    auto expr = std::make_unique<Expr>();
    expr->node = std::move(node);
    expr->span = span;
    expr->type = type;
    return Parsed{.expr = std::move(expr), .depth = depth};
  }

  // --- expressions (expression.cpp)
  Result<Parsed> expression(int precedence);
  Result<Parsed> operand();
  bool begins_operand() const;
  bool begins_fill() const;
  Result<Parsed> signed_operand();
  Result<Parsed> primary();
  Result<Parsed> number();
  Result<Parsed> parenthesised();
  Result<Parsed> binary(Parsed lhs, const Token& op);
  Status matching(Binary& node, VectorMatching& how);
  Status grouping(VectorMatching& how);
  Status fills(VectorMatching& how);
  Result<double> fill_value();

  // --- calls (call.cpp)
  bool begins_aggregate() const;
  Result<Parsed> aggregate();
  Result<Parsed> aggregate_of(const Token& op, Aggregate node, std::vector<Parsed> args);
  Status grouping_clause(Aggregate& node);
  Result<Parsed> call();
  Result<std::vector<Parsed>> arguments();
  Result<std::vector<std::string>> label_list();
  Result<std::string> label_in_list();

  // --- selectors (selector.cpp)
  Result<Parsed> selector();
  Result<VectorSelector> bare_selector();
  Status matchers(VectorSelector& selector);
  Status matcher(VectorSelector& selector);

  // --- what stands behind a selector (modifiers.cpp)
  Result<Parsed> modified(Parsed expr);
  Result<Parsed> bracketed(Parsed expr);
  Result<Parsed> range_of(Parsed expr, const Token& bracket, Duration range);
  Result<Parsed> subquery_of(Parsed expr, Duration range);
  Result<Modifiers*> modifiers_of(Parsed& parsed, std::string_view what) const;
  Status offset(Parsed& parsed);
  Status at_time(Parsed& parsed);
  Status range_mode(Parsed& parsed);
  Result<At> at_value(Span whole);

  // --- durations (duration.cpp)
  enum class DurationPlace { kRange, kStep, kOffset };
  Result<Duration> bracket_duration(DurationPlace place);
  Result<Duration> offset_duration();
  static Duration fixed_or_expression(ParsedDuration parsed);
  Result<ParsedDuration> duration_expression(int precedence);
  Result<ParsedDuration> offset_operand();
  Result<ParsedDuration> duration_operand();
  Result<ParsedDuration> duration_call();
  Result<ParsedDuration> duration_number();
  Result<ParsedDuration> with_sign(const Token& sign, ParsedDuration of) const;
  Result<ParsedDuration> make_duration(DurationExpr expr, uint32_t depth) const;
  Error unexpected_in_duration() const;

  Status expect_in_duration(TokenKind kind);

  /// Counts how deep the parser itself is.
  class Level {
   public:
    explicit Level(uint32_t& level) : level_(level) { ++level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --level_; }

   private:
    uint32_t& level_;
  };

  std::string_view text_;
  ParseOptions options_;
  Tokens tokens_;
  size_t at_ = 0;
  uint32_t level_ = 0;
  uint32_t aggregations_ = 0;                    // around the word that is next
  DurationPlace place_ = DurationPlace::kRange;  // of the duration being read
  std::unordered_map<const Expr*, std::string_view> misplaced_matching_;
};

}  // namespace oreum::promql
