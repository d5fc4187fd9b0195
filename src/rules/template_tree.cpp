#include "rules/template_tree.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::rules {

namespace {

// Nested deeper nobody writes; the parser and the evaluator recurse.
constexpr size_t kMaxDepth = 100;
constexpr std::string_view kSpace = " \t\r\n";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// An action's text, token by token.
struct Token {
  enum class Kind { kEnd, kWord, kField, kDot, kVariable, kText, kNumber, kSign };
  Kind kind = Kind::kEnd;
  std::string text;
  bool after_space = false;
};

Error bad(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> tokens() {
    std::vector<Token> out;
    while (true) {
      const size_t start = at_;
      at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
      TRY_ASSIGN(Token token, next());
      token.after_space = at_ > start && start > 0 && kSpace.find(text_[start]) != std::string_view::npos;
      const bool done = token.kind == Token::Kind::kEnd;
      out.push_back(std::move(token));
      if (done) return out;
    }
  }

 private:
  Result<Token> next() {
    if (at_ >= text_.size()) return Token{};
    const char c = text_[at_];
    if (c == '"' || c == '`') return quoted(c);
    if (c == '\'') return character();
    if (c == '$') return Token{Token::Kind::kVariable, "$" + word(1), false};
    if (c == '.') return dot();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+') return number();
    if (is_word(c)) return Token{Token::Kind::kWord, word(0), false};
    const size_t length = text_.substr(at_).starts_with(":=") ? 2 : 1;
    if (std::string_view("()|,=:").find(c) == std::string_view::npos) {
      return bad(fmt::format("unexpected \"{}\" in a template's action", c));
    }
    at_ += length;
    return Token{Token::Kind::kSign, std::string(text_.substr(at_ - length, length)), false};
  }

  std::string word(size_t skip) {
    const size_t begin = at_ + skip;
    at_ = begin;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<Token> dot() {
    const bool digit = at_ + 1 < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0;
    if (digit) return number();
    const std::string name = word(1);
    return name.empty() ? Token{Token::Kind::kDot, "", false} : Token{Token::Kind::kField, name, false};
  }

  Result<Token> number() {
    const size_t begin = at_++;
    while (at_ < text_.size()) {
      const bool sign = (text_[at_] == '-' || text_[at_] == '+') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
      if (!is_word(text_[at_]) && text_[at_] != '.' && !sign) break;
      ++at_;
    }
    return Token{Token::Kind::kNumber, std::string(text_.substr(begin, at_ - begin)), false};
  }

  Result<Token> quoted(char quote) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] != '\\' || quote == '`') {
        out += text_[at_];
        continue;
      }
      if (++at_ == text_.size()) break;
      TRY(unescape(out));
    }
    if (at_ >= text_.size()) return bad("a text in a template has no end");
    ++at_;
    return Token{Token::Kind::kText, std::move(out), false};
  }

  Status unescape(std::string& out) {
    constexpr std::string_view kFrom = "abfnrtv\\\"'";
    constexpr std::string_view kTo = "\a\b\f\n\r\t\v\\\"'";
    const size_t which = kFrom.find(text_[at_]);
    if (which == std::string_view::npos) return bad(fmt::format("unknown escape \\{} in a template", text_[at_]));
    out += kTo[which];
    return {};
  }

  /// 'x' is a number, as in Go.
  Result<Token> character() {
    if (at_ + 2 >= text_.size() || text_[at_ + 2] != '\'') return bad("expected one character between quotes");
    at_ += 3;
    return Token{Token::Kind::kNumber, std::to_string(static_cast<unsigned char>(text_[at_ - 2])), false};
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// One action's tokens → pipe.
class PipeParser {
 public:
  explicit PipeParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  bool take_word(std::string_view word) {
    if (peek().kind != Token::Kind::kWord || peek().text != word) return false;
    ++at_;
    return true;
  }
  bool at_end() const { return peek().kind == Token::Kind::kEnd; }

  Result<TemplatePipe> whole() {
    TRY_ASSIGN(TemplatePipe pipe, read_pipe(0));
    if (!at_end()) return bad(fmt::format("unexpected \"{}\" in a template's action", peek().text));
    return pipe;
  }

 private:
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is_sign(std::string_view sign, size_t ahead = 0) const {
    return peek(ahead).kind == Token::Kind::kSign && peek(ahead).text == sign;
  }

  void read_declaration(TemplatePipe& pipe) {
    if (peek().kind != Token::Kind::kVariable) return;
    const bool two = is_sign(",", 1) && peek(2).kind == Token::Kind::kVariable;
    const size_t after = two ? 3 : 1;
    if (!is_sign(":=", after) && !is_sign("=", after)) return;
    pipe.variables.push_back(peek().text);
    if (two) pipe.variables.push_back(peek(2).text);
    pipe.assigns = is_sign("=", after);
    at_ += after + 1;
  }

  Result<TemplatePipe> read_pipe(size_t depth) {
    if (depth > kMaxDepth) return bad("a template is nested too deep");
    TemplatePipe pipe;
    read_declaration(pipe);
    do {
      TemplateCommand command;
      while (!at_end() && !is_sign("|") && !is_sign(")")) {
        TRY_ASSIGN(TemplateOperand operand, read_operand(depth));
        command.operands.push_back(std::move(operand));
      }
      if (command.operands.empty()) return bad("a template's action has no value");
      pipe.commands.push_back(std::move(command));
    } while (take_sign("|"));
    return pipe;
  }

  bool take_sign(std::string_view sign) {
    if (!is_sign(sign)) return false;
    ++at_;
    return true;
  }

  Result<TemplateOperand> read_operand(size_t depth) {
    using Kind = TemplateOperand::Kind;
    TemplateOperand out;
    const Token token = peek();
    ++at_;
    switch (token.kind) {
      case Token::Kind::kText: out.kind = Kind::kText, out.text = token.text; break;
      case Token::Kind::kVariable: out.kind = Kind::kVariable, out.text = token.text; break;
      case Token::Kind::kDot: out.kind = Kind::kDot; break;
      case Token::Kind::kField: out.fields.push_back(token.text); break;
      case Token::Kind::kWord: read_word(token.text, out); break;
      case Token::Kind::kNumber: TRY(read_number(token.text, out)); break;
      default:
        if (token.text != "(") return bad(fmt::format("unexpected \"{}\" in a template's action", token.text));
        TRY_ASSIGN(TemplatePipe pipe, read_pipe(depth + 1));
        if (!take_sign(")")) return bad("expected \")\" in a template's action");
        out.kind = Kind::kPipe;
        out.pipe = std::make_shared<TemplatePipe>(std::move(pipe));
    }
    while (peek().kind == Token::Kind::kField && !peek().after_space) out.fields.push_back(tokens_[at_++].text);
    return out;
  }

  static void read_word(const std::string& word, TemplateOperand& out) {
    using Kind = TemplateOperand::Kind;
    out.text = word;
    out.kind = word == "nil" ? Kind::kNil : word == "true" || word == "false" ? Kind::kBool : Kind::kFunction;
    out.truth = word == "true";
  }

  static Status read_number(const std::string& text, TemplateOperand& out) {
    const std::string_view digits = std::string_view(text).substr(text.starts_with('+') ? 1 : 0);
    const std::optional<int64_t> integer = parse_i64(digits);
    const std::optional<double> number = parse_double(text);
    if (!integer && !number) return bad(fmt::format("\"{}\" is no number", text));
    out.kind = integer ? TemplateOperand::Kind::kInteger : TemplateOperand::Kind::kFloat;
    out.integer = integer.value_or(0);
    out.number = number.value_or(0);
    return {};
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
};

class TreeParser {
 public:
  explicit TreeParser(std::string_view text) : text_(text) {}

  Result<TemplateNodes> whole() {
    TemplateNodes nodes;
    TRY_ASSIGN(const std::string ended_by, read_list(nodes, 0));
    if (!ended_by.empty()) return bad(fmt::format("unexpected {{{{{}}}}}", ended_by));
    return nodes;
  }

 private:
  /// Up to the `end` or `else …` that closes the list, which is answered; "" at the end of the text.
  Result<std::string> read_list(TemplateNodes& out, size_t depth) {
    if (depth > kMaxDepth) return bad("a template is nested too deep");
    while (true) {
      const size_t open = text_.find("{{", at_);
      add_text(text_.substr(at_, open - at_), open, out);
      if (open == std::string_view::npos) return std::string();
      TRY_ASSIGN(const std::string_view action, take_action(open));
      if (action.starts_with("/*")) {
        if (!action.ends_with("*/")) return bad("a comment in a template has no end");
        continue;
      }
      TRY_ASSIGN(std::vector<Token> tokens, Lexer(action).tokens());
      if (tokens[0].text == "end" || tokens[0].text == "else") return std::string(action);
      TRY(read_action(PipeParser(std::move(tokens)), out, depth));
    }
  }

  void add_text(std::string_view text, size_t open, TemplateNodes& out) {
    if (trim_next_) text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    trim_next_ = false;
    if (open != std::string_view::npos && trims_before(open)) text = text.substr(0, text.find_last_not_of(kSpace) + 1);
    if (text.empty()) return;
    TemplateNode node;
    node.text = text;
    out.push_back(std::move(node));
  }

  bool trims_before(size_t open) const {
    return open + 3 < text_.size() && text_[open + 2] == '-' && kSpace.find(text_[open + 3]) != std::string_view::npos;
  }

  /// What is between the braces that open at `open`.
  Result<std::string_view> take_action(size_t open) {
    size_t begin = open + 2;
    if (trims_before(open)) begin += 2;
    const size_t close = find_close(begin);
    if (close == std::string_view::npos) return bad("a template's {{ has no }}");
    std::string_view action = text_.substr(begin, close - begin);
    at_ = close + 2;
    if (action.size() > 1 && action.back() == '-' && kSpace.find(action[action.size() - 2]) != std::string_view::npos) {
      trim_next_ = true;
      action.remove_suffix(2);
    }
    return trim(action);
  }

  /// The braces that close, not those in a text.
  size_t find_close(size_t at) const {
    char quote = 0;
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quote != 0) {
        if (c == '\\' && quote != '`') {
          ++at;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (text_.substr(at).starts_with("}}")) {
        return at;
      }
    }
    return std::string_view::npos;
  }

  Status read_action(PipeParser action, TemplateNodes& out, size_t depth) {
    using Kind = TemplateNode::Kind;
    TemplateNode node;
    for (const std::string_view word : {"define", "template", "block"}) {
      if (action.take_word(word)) return bad(fmt::format("{{{{{}}}}} is not supported in templates of rules", word));
    }
    node.kind = action.take_word("if")         ? Kind::kIf
                : action.take_word("range")    ? Kind::kRange
                : action.take_word("with")     ? Kind::kWith
                : action.take_word("break")    ? Kind::kBreak
                : action.take_word("continue") ? Kind::kContinue
                                               : Kind::kPrint;
    if (node.kind != Kind::kBreak && node.kind != Kind::kContinue) {
      TRY_ASSIGN(node.pipe, action.whole());
    }
    if (node.kind == Kind::kIf || node.kind == Kind::kRange || node.kind == Kind::kWith)
      TRY(read_branches(node, depth));
    out.push_back(std::move(node));
    return {};
  }

  Status read_branches(TemplateNode& node, size_t depth) {
    TRY_ASSIGN(std::string closed_by, read_list(node.then, depth + 1));
    if (closed_by.starts_with("else")) {
      const std::string rest(trim(std::string_view(closed_by).substr(4)));
      if (!rest.empty()) {  // `else if x` is an `if` in the `else` that shares its end
        TRY_ASSIGN(std::vector<Token> tokens, Lexer(rest).tokens());
        return read_action(PipeParser(std::move(tokens)), node.otherwise, depth + 1);
      }
      TRY_ASSIGN(closed_by, read_list(node.otherwise, depth + 1));
    }
    return closed_by == "end" ? Status{} : bad("a template's if, range or with has no {{end}}");
  }

  std::string_view text_;
  size_t at_ = 0;
  bool trim_next_ = false;
};

}  // namespace

Result<TemplateNodes> parse_template(std::string_view text) { return TreeParser(text).whole(); }

}  // namespace oreum::rules
