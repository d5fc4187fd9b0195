#include "storage/value_test.h"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/core.h>
#include <re2/re2.h>

#include "model/labels.h"

namespace oreum::storage {

namespace {

class OneOf final : public ValueTest {
 public:
  explicit OneOf(std::vector<std::string> values) : values_(std::move(values)) {
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  }
  bool passes(std::string_view value) const override {
    return std::binary_search(values_.begin(), values_.end(), value, std::less<>());
  }
  const std::vector<std::string>* literals() const override { return &values_; }

 private:
  std::vector<std::string> values_;
};

/// `prefix.*suffix`, with at least `between` bytes between them: `.*`, `.+`, `a.*`, `.+b` …
class Affixes final : public ValueTest {
 public:
  Affixes(std::string prefix, size_t between, std::string suffix)
      : prefix_(std::move(prefix)), suffix_(std::move(suffix)), least_(prefix_.size() + between + suffix_.size()) {}
  bool passes(std::string_view value) const override {
    return value.size() >= least_ && value.starts_with(prefix_) && value.ends_with(suffix_);
  }

 private:
  std::string prefix_;
  std::string suffix_;
  size_t least_;
};

/// `.*middle.*`
class Contains final : public ValueTest {
 public:
  explicit Contains(std::string middle) : middle_(std::move(middle)) {}
  bool passes(std::string_view value) const override { return value.find(middle_) != std::string_view::npos; }

 private:
  std::string middle_;
};

class Re2Test final : public ValueTest {
 public:
  Re2Test(std::string_view expression, const re2::RE2::Options& options)
      : regex_(re2::StringPiece(expression.data(), expression.size()), options) {}
  bool ok() const { return regex_.ok(); }
  const std::string& error() const { return regex_.error(); }
  bool passes(std::string_view value) const override {
    return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), regex_);
  }
  bool dear() const override { return true; }

 private:
  re2::RE2 regex_;
};

/// A character of an expression: one that stands for itself, or an operator.
struct Token {
  char c;
  bool op;
  bool is(char wanted) const { return op && c == wanted; }
};
using Tokens = std::span<const Token>;

// More alternatives than these, made of short groups, are RE2's to handle.
constexpr size_t kMostLiterals = 1 << 16;

/// Nothing where an escape means more than the character behind it.
std::optional<std::vector<Token>> tokens_of(std::string_view expression) {
  constexpr std::string_view kOperators = ".+*?()|[]{}^$";
  constexpr std::string_view kEscapable = ".+*?()|[]{}^$\\-/";
  std::vector<Token> tokens;
  tokens.reserve(expression.size());
  for (size_t i = 0; i < expression.size(); ++i) {
    char c = expression[i];
    const bool op = kOperators.find(c) != std::string_view::npos;
    if (c == '\\') {
      if (++i == expression.size() || kEscapable.find(expression[i]) == std::string_view::npos) return std::nullopt;
      c = expression[i];
    }
    tokens.push_back({c, op});
  }
  return tokens;
}

std::optional<std::string> literal(Tokens tokens) {
  std::string text;
  for (const Token& token : tokens) {
    if (token.op) return std::nullopt;
    text += token.c;
  }
  return text;
}

/// `a|b|c`, no groups.
std::optional<std::vector<std::string>> alternatives(Tokens tokens) {
  std::vector<std::string> all(1);
  for (const Token& token : tokens) {
    if (token.is('|')) {
      all.emplace_back();
    } else if (token.op) {
      return std::nullopt;
    } else {
      all.back() += token.c;
    }
  }
  return all;
}

/// `a|b`, `x(a|b)y`, `x(?:a|b)y`.
std::optional<std::vector<std::string>> literals_of(Tokens tokens) {
  const auto open = std::find_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.is('('); });
  if (open == tokens.end()) return alternatives(tokens);
  const auto close = std::find_if(open, tokens.end(), [](const Token& t) { return t.is(')'); });
  if (close == tokens.end()) return std::nullopt;
  const auto before = literal(Tokens(tokens.begin(), open));
  const auto after = literal(Tokens(close + 1, tokens.end()));
  Tokens inside(open + 1, close);
  if (inside.size() >= 2 && inside[0].is('?') && !inside[1].op && inside[1].c == ':') inside = inside.subspan(2);
  auto all = alternatives(inside);
  if (!before || !after || !all) return std::nullopt;
  // What stands around is copied into each: no small expression may take much memory.
  if (all->size() * (before->size() + after->size()) > kMostLiterals) return std::nullopt;
  for (std::string& one : *all) one = *before + one + *after;
  return all;
}

/// `.*` or `.+` at `at`.
bool any_at(Tokens tokens, size_t at) {
  return at + 1 < tokens.size() && tokens[at].is('.') && (tokens[at + 1].is('*') || tokens[at + 1].is('+'));
}

std::unique_ptr<ValueTest> around_any(Tokens tokens) {
  size_t at = 0;
  while (at < tokens.size() && !tokens[at].op) ++at;
  if (!any_at(tokens, at)) return nullptr;
  const bool something = tokens[at + 1].is('+');
  const Tokens rest = tokens.subspan(at + 2);
  if (const auto suffix = literal(rest)) {
    return std::make_unique<Affixes>(*literal(tokens.first(at)), something ? 1 : 0, *suffix);
  }
  // `.*middle.*`
  if (at != 0 || something || rest.size() < 2 || !any_at(rest, rest.size() - 2) || !rest.back().is('*')) return nullptr;
  const auto middle = literal(rest.first(rest.size() - 2));
  return middle ? std::make_unique<Contains>(*middle) : nullptr;
}

}  // namespace

std::unique_ptr<ValueTest> ValueTest::equal(std::string_view value) {
  return std::make_unique<OneOf>(std::vector<std::string>{std::string(value)});
}

Result<std::unique_ptr<ValueTest>> ValueTest::regex(std::string_view expression) {
  // RE2 names what is wrong with one that is no UTF-8.
  const auto tokens = model::is_valid_utf8(expression) ? tokens_of(expression) : std::nullopt;
  if (!tokens) return slow_regex(expression);
  if (auto literals = literals_of(*tokens)) {
    return std::unique_ptr<ValueTest>(std::make_unique<OneOf>(std::move(*literals)));
  }
  if (auto test = around_any(*tokens)) return test;
  return slow_regex(expression);
}

Result<std::unique_ptr<ValueTest>> ValueTest::slow_regex(std::string_view expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);          // a label's value may hold line ends, and "." means any character
  options.set_max_mem(1024 * 1024);  // a hostile expression costs no more
  auto test = std::make_unique<Re2Test>(expression, options);
  if (!test->ok()) return Error(Code::kInvalidArgument, fmt::format("bad regular expression: {}", test->error()));
  return std::unique_ptr<ValueTest>(std::move(test));
}

}  // namespace oreum::storage
