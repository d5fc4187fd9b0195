#include "promql/parse/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/core.h>

#include "promql/parse/literals.h"
#include "promql/parse/utf8.h"

namespace oreum::promql {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

struct Word {
  std::string_view text;
  TokenKind kind;
  uint8_t which = 0;
};

constexpr uint8_t number(BinaryOp op) { return static_cast<uint8_t>(op); }
constexpr uint8_t number(AggregateOp op) { return static_cast<uint8_t>(op); }

/// In lower case; the text's own case does not matter.
constexpr std::array<Word, 39> kWords{{
    {"and", TokenKind::kOperator, number(BinaryOp::kAnd)},
    {"or", TokenKind::kOperator, number(BinaryOp::kOr)},
    {"unless", TokenKind::kOperator, number(BinaryOp::kUnless)},
    {"atan2", TokenKind::kOperator, number(BinaryOp::kAtan2)},
    {"sum", TokenKind::kAggregate, number(AggregateOp::kSum)},
    {"avg", TokenKind::kAggregate, number(AggregateOp::kAvg)},
    {"count", TokenKind::kAggregate, number(AggregateOp::kCount)},
    {"min", TokenKind::kAggregate, number(AggregateOp::kMin)},
    {"max", TokenKind::kAggregate, number(AggregateOp::kMax)},
    {"group", TokenKind::kAggregate, number(AggregateOp::kGroup)},
    {"stddev", TokenKind::kAggregate, number(AggregateOp::kStddev)},
    {"stdvar", TokenKind::kAggregate, number(AggregateOp::kStdvar)},
    {"topk", TokenKind::kAggregate, number(AggregateOp::kTopk)},
    {"bottomk", TokenKind::kAggregate, number(AggregateOp::kBottomk)},
    {"count_values", TokenKind::kAggregate, number(AggregateOp::kCountValues)},
    {"quantile", TokenKind::kAggregate, number(AggregateOp::kQuantile)},
    {"limitk", TokenKind::kAggregate, number(AggregateOp::kLimitk)},
    {"limit_ratio", TokenKind::kAggregate, number(AggregateOp::kLimitRatio)},
    {"offset", TokenKind::kOffset},
    {"anchored", TokenKind::kAnchored},
    {"smoothed", TokenKind::kSmoothed},
    {"by", TokenKind::kBy},
    {"without", TokenKind::kWithout},
    {"on", TokenKind::kOn},
    {"ignoring", TokenKind::kIgnoring},
    {"group_left", TokenKind::kGroupLeft},
    {"group_right", TokenKind::kGroupRight},
    {"bool", TokenKind::kBool},
    {"fill", TokenKind::kFill},
    {"fill_left", TokenKind::kFillLeft},
    {"fill_right", TokenKind::kFillRight},
    {"start", TokenKind::kStart},
    {"end", TokenKind::kFinish},
    {"step", TokenKind::kStep},
    {"range", TokenKind::kRange},
    {"min_of", TokenKind::kMinOf},
    {"max_of", TokenKind::kMaxOf},
    {"inf", TokenKind::kNumber},
    {"nan", TokenKind::kNumber},
}};

/// Longer ones first where they begin alike.
constexpr std::array<Word, 15> kOperators{{
    {"==", TokenKind::kOperator, number(BinaryOp::kEq)},
    {"!=", TokenKind::kOperator, number(BinaryOp::kNe)},
    {"<=", TokenKind::kOperator, number(BinaryOp::kLe)},
    {">=", TokenKind::kOperator, number(BinaryOp::kGe)},
    {"</", TokenKind::kOperator, number(BinaryOp::kTrimUpper)},
    {">/", TokenKind::kOperator, number(BinaryOp::kTrimLower)},
    {"<", TokenKind::kOperator, number(BinaryOp::kLt)},
    {">", TokenKind::kOperator, number(BinaryOp::kGt)},
    {"+", TokenKind::kOperator, number(BinaryOp::kAdd)},
    {"-", TokenKind::kOperator, number(BinaryOp::kSub)},
    {"*", TokenKind::kOperator, number(BinaryOp::kMul)},
    {"/", TokenKind::kOperator, number(BinaryOp::kDiv)},
    {"%", TokenKind::kOperator, number(BinaryOp::kMod)},
    {"^", TokenKind::kOperator, number(BinaryOp::kPow)},
    {"@", TokenKind::kAt},
}};

constexpr size_t kLongestWord = 12;

std::string quote_rune(const Rune& rune) {
  std::string text;
  append_utf8(text, rune.code);
  if (rune.code == '"') return "'\"'";
  if (rune.code == '\'') return "'\\''";
  const std::string quoted = quote(text);
  return fmt::format("'{}'", std::string_view(quoted).substr(1, quoted.size() - 2));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens run() {
    while (next()) {
    }
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }
  std::string_view since_start() const { return text_.substr(start_, at_ - start_); }

  bool emit(TokenKind kind, uint8_t which = 0) {
    out_.list.push_back({.kind = kind,
                         .which = which,
                         .span = {static_cast<uint32_t>(start_), static_cast<uint32_t>(at_)},
                         .text = since_start()});
    return true;
  }
  bool emit_long(size_t bytes, TokenKind kind, uint8_t which = 0) {
    at_ += bytes;
    return emit(kind, which);
  }
  bool fail(std::string message) {
    out_.error = std::move(message);
    out_.list.push_back({.kind = TokenKind::kError,
                         .span = {static_cast<uint32_t>(start_), static_cast<uint32_t>(text_.size())},
                         .text = {}});
    return false;
  }
  bool unexpected(std::string_view where) {
    return fail(fmt::format("unexpected character{}: {}", where, quote_rune(rune_at(text_, at_))));
  }

  void skip_spaces_and_comments() {
    while (!at_end()) {
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '#') {
        while (!at_end() && peek() != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  /// False at the end.
  bool next() {
    skip_spaces_and_comments();
    start_ = at_;
    if (at_end()) return finish();
    return in_braces_ ? next_in_braces() : next_plain();
  }

  bool finish() {
    if (in_braces_) return fail("unexpected end of input inside braces");
    if (in_brackets_ && !has_number_) return fail("unexpected end of input in duration expression");
    if (parens_ != 0) return fail("unclosed left parenthesis");
    if (in_brackets_) return fail("unclosed left bracket");
    emit(TokenKind::kEnd);
    return false;
  }

  bool next_in_braces() {
    const char c = peek();
    if (is_alpha(c)) {
      while (is_alnum(peek())) ++at_;
      return emit(TokenKind::kIdentifier);
    }
    if (is_quote(c)) return string();
    switch (c) {
      case ',': return emit_long(1, TokenKind::kComma);
      case '=': return peek(1) == '~' ? emit_long(2, TokenKind::kRegex) : emit_long(1, TokenKind::kEqual);
      case '!':
        if (peek(1) == '=') return emit_long(2, TokenKind::kOperator, number(BinaryOp::kNe));
        if (peek(1) == '~') return emit_long(2, TokenKind::kNotRegex);
        return after_sign("'!' inside braces");
      case '}': in_braces_ = false; return emit_long(1, TokenKind::kRightBrace);
      case '{': return fail("unexpected left brace '{'");
      default: return unexpected(" inside braces");
    }
  }

  bool after_sign(std::string_view sign) {
    ++at_;
    if (at_end()) return fail(fmt::format("unexpected character after {}: {}", sign, "end of input"));
    return fail(fmt::format("unexpected character after {}: {}", sign, quote_rune(rune_at(text_, at_))));
  }

  bool next_plain() {
    const char c = peek();
    if (in_brackets_) {
      if (is_alpha(c)) return word_in_brackets();
      if (c == ':') return colon();
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_duration();
    if (in_brackets_ && !has_number_ && !precedes_number(c)) return unexpected(" in duration expression");

    if (is_alpha(c) || c == ':') return word();
    if (is_quote(c)) return string();
    if (c == '=' && peek(1) != '=') {
      if (peek(1) == '~') return after_sign("'='");
      return emit_long(1, TokenKind::kEqual);
    }
    if (c == '!' && peek(1) != '=') return after_sign("'!'");
    for (const Word& op : kOperators) {
      if (text_.substr(at_).starts_with(op.text)) return emit_long(op.text.size(), op.kind, op.which);
    }
    return pairing(c);
  }

  bool pairing(char c) {
    switch (c) {
      case ',': return emit_long(1, TokenKind::kComma);
      case '(': ++parens_; return emit_long(1, TokenKind::kLeftParen);
      case ')':
        if (parens_ == 0) return unpaired_paren();
        --parens_;
        return emit_long(1, TokenKind::kRightParen);
      case '{': in_braces_ = true; return emit_long(1, TokenKind::kLeftBrace);
      case '[':
        if (in_brackets_) return fail("unexpected left bracket '['");
        in_brackets_ = true;
        has_colon_ = has_number_ = false;
        return emit_long(1, TokenKind::kLeftBracket);
      case ']':
        if (!in_brackets_) return fail("unexpected right bracket ']'");
        in_brackets_ = false;
        return emit_long(1, TokenKind::kRightBracket);
      default: return unexpected("");
    }
  }

  /// Named where it ends, as Prometheus does.
  bool unpaired_paren() {
    start_ = ++at_;
    return fail("unexpected right parenthesis ')'");
  }

  /// What may come in brackets before the first number.
  static bool precedes_number(char c) { return std::string_view("+-*/%^(),]").find(c) != std::string_view::npos; }

  /// Between range and step; one a bracket.
  bool colon() {
    if (out_.list.back().kind == TokenKind::kLeftBracket) {
      start_ = ++at_;
      return fail("unexpected colon before duration in duration expression");
    }
    if (has_colon_) return fail("unexpected colon ':'");
    has_colon_ = true;
    return emit_long(1, TokenKind::kColon);
  }

  bool string() {
    StringEnd scanned = scan_string(text_, at_);
    if (!scanned.error.empty()) return fail(std::move(scanned.error));
    at_ = scanned.end;
    return emit(TokenKind::kString);
  }

  /// Null when it is no keyword.
  static const Word* known_word(std::string_view text) {
    if (text.size() > kLongestWord) return nullptr;
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    const auto* const known =
        std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.text == lower; });
    return known == kWords.end() ? nullptr : known;
  }

  bool word() {
    while (is_alnum(peek()) || peek() == ':') ++at_;
    const std::string_view text = since_start();
    if (text.find(':') != std::string_view::npos) return emit(TokenKind::kMetric);
    const Word* const known = known_word(text);
    if (known == nullptr || (is_fill(known->kind) && !before_paren())) return emit(TokenKind::kIdentifier);
    return emit(known->kind, known->which);
  }

  static bool is_fill(TokenKind kind) {
    return kind == TokenKind::kFill || kind == TokenKind::kFillLeft || kind == TokenKind::kFillRight;
  }
  bool before_paren() const {
    const size_t next = text_.find_first_not_of(" \t\r\n", at_);
    return next != std::string_view::npos && text_[next] == '(';
  }

  /// In brackets the names of a few functions are all the words there are.
  bool word_in_brackets() {
    const size_t first = at_;
    while (is_alpha(peek())) ++at_;
    const Word* const known = known_word(since_start());
    if (known != nullptr && (known->kind == TokenKind::kStep || known->kind == TokenKind::kRange ||
                             known->kind == TokenKind::kMinOf || known->kind == TokenKind::kMaxOf)) {
      return emit(known->kind);
    }
    at_ = first;
    if (!has_number_) return unexpected(" in duration expression");
    return fail(fmt::format("unexpected character: {}, expected ':'", quote_rune(rune_at(text_, at_))));
  }

  bool number_or_duration() {
    has_number_ = true;
    if (number_word() && !is_alnum(peek())) return emit(TokenKind::kNumber);
    if (duration_word()) return emit(TokenKind::kDuration);
    return fail(fmt::format("bad number or duration syntax: {}", quote(since_start())));
  }

  bool take_any(std::string_view of) {
    if (at_end() || of.find(peek()) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  /// Digits with what numbers have between them; parse_number() says whether they are one. False where they cannot be.
  bool number_word() {
    const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    if (hex) {
      at_ += 2;
      take_any("_");
    } else {
      take_any("0");
      take_any(".");
    }
    bool dot = false;
    bool exponent = false;
    for (;;) {
      if (hex ? std::isxdigit(static_cast<unsigned char>(peek())) != 0 : is_digit(peek())) {
        ++at_;
      } else if (take_any(".")) {
        if (hex || std::exchange(dot, true) || take_any("_.")) return false;
      } else if (!hex && take_any("eE")) {
        if (std::exchange(exponent, true)) return false;
        take_any("+-");
        if (take_any("._eE") || at_end()) return false;
      } else if (take_any("_")) {
        if (take_any("._eE") || at_end()) return false;
      } else {
        return true;
      }
    }
  }

  /// Units and more digits, behind the first.
  bool duration_word() {
    if (!take_any("smhdwy")) return false;
    take_any("s");
    while (is_digit(peek())) {
      while (is_digit(peek())) ++at_;
      if (!take_any("smhdw")) return false;
      take_any("s");
    }
    if (!is_alnum(peek())) return true;
    ++at_;
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t start_ = 0;  // of the word being read
  size_t parens_ = 0;
  bool in_braces_ = false;
  bool in_brackets_ = false;
  bool has_colon_ = false;   // in the brackets
  bool has_number_ = false;  // in the brackets
  Tokens out_;
};

}  // namespace

Tokens tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace oreum::promql
