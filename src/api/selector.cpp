#include "api/selector.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "model/labels.h"
#include "storage/match.h"

namespace oreum::api {

namespace {

using model::Matcher;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  Result<std::vector<Matcher>> parse() {
    skip_spaces();
    if (const std::string_view name = word(); !name.empty()) {
      if (!model::is_valid_metric_name(name)) return expected("a metric name");
      add(Matcher::Op::kEqual, model::kMetricName, std::string(name));
      skip_spaces();
    }
    if (take('{')) {
      TRY(matchers());
    } else if (matchers_.empty()) {
      return expected("a metric name or {");
    }
    TRY(check());
    return std::move(matchers_);
  }

  /// `[5m]`, if it is there.
  Result<std::optional<milliseconds>> range() {
    skip_spaces();
    if (!take('[')) return std::nullopt;
    skip_spaces();
    const std::string_view text = word();
    const Result<milliseconds> duration = parse_duration(text);
    if (!duration || duration->count() == 0) return expected("a duration like 5m before here");
    skip_spaces();
    if (!take(']')) return expected("]");
    return *duration;
  }

  Status end() {
    skip_spaces();
    if (at_ == text_.size()) return {};
    const std::string_view what = peek() == '[' ? "a range selector" : "an expression";
    return Error(Code::kInvalidArgument,
                 fmt::format("column {}: {} is not supported: expected the end of a plain selector like "
                             "node_load1{{instance=\"a\"}}",
                             at_ + 1, what));
  }

 private:
  Error expected(std::string_view what) const {
    return {Code::kInvalidArgument, fmt::format("column {}: expected {}", at_ + 1, what)};
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  std::string_view word() {
    const size_t from = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  bool at_quote() const { return peek() == '"' || peek() == '\'' || peek() == '`'; }
  void add(Matcher::Op op, std::string_view name, std::string value) {
    matchers_.push_back({op, std::string(name), std::move(value)});
  }

  /// After the opening brace.
  Status matchers() {
    for (;;) {
      skip_spaces();
      if (take('}')) return {};
      TRY(matcher());
      skip_spaces();
      if (!take(',') && peek() != '}') return expected(", or }");
    }
  }

  Status matcher() {
    const bool quoted_name = at_quote();
    std::string name;
    if (quoted_name) {
      TRY_ASSIGN(name, quoted());
    } else {
      name = word();
      if (!model::is_valid_label_name(name)) return expected("a label name or }");
    }
    skip_spaces();
    // {"name"}: a metric name that is no plain word.
    if (quoted_name && (peek() == ',' || peek() == '}')) {
      add(Matcher::Op::kEqual, model::kMetricName, std::move(name));
      return {};
    }
    const std::optional<Matcher::Op> op = match_operator();
    if (!op) return expected("=, !=, =~ or !~");
    skip_spaces();
    TRY_ASSIGN(std::string value, quoted());
    add(*op, name, std::move(value));
    return {};
  }

  std::optional<Matcher::Op> match_operator() {
    if (take('=')) return take('~') ? Matcher::Op::kRegex : Matcher::Op::kEqual;
    if (!take('!')) return std::nullopt;
    if (take('=')) return Matcher::Op::kNotEqual;
    if (take('~')) return Matcher::Op::kNotRegex;
    return std::nullopt;
  }

  Result<std::string> quoted() {
    if (!at_quote()) return expected("a string in quotes");
    const char quote = text_[at_++];
    std::string out;
    while (!take(quote)) {
      if (at_ == text_.size()) return expected(fmt::format("{} at the end of the string", quote));
      const char c = text_[at_++];
      if (c != '\\' || quote == '`') {
        out += c;
      } else {
        TRY(escape(out));
      }
    }
    if (!model::is_valid_utf8(out)) return expected("a string in UTF-8");
    return out;
  }

  /// After a backslash: the escapes that people write in label values.
  Status escape(std::string& out) {
    constexpr std::string_view kLetters = "ntr\\\"'";
    constexpr std::string_view kMeant = "\n\t\r\\\"'";
    const size_t which = kLetters.find(peek());
    if (at_ == text_.size() || which == std::string_view::npos) return expected("one of n t r \\ \" ' after \\");
    out += kMeant[which];
    ++at_;
    return {};
  }

  Status check() const {
    const auto names_metric = [](const Matcher& m) {
      return m.name == model::kMetricName && m.op == Matcher::Op::kEqual;
    };
    if (std::count_if(matchers_.begin(), matchers_.end(), names_metric) > 1) {
      return Error(Code::kInvalidArgument, "the metric name is given twice");
    }
    for (const Matcher& matcher : matchers_) {
      TRY_ASSIGN(const auto compiled, storage::CompiledMatchers::compile(std::span(&matcher, 1)));
      if (!compiled.matches(model::Labels())) return {};
    }
    return Error(Code::kInvalidArgument,
                 "this selects every series: expected a metric name or a matcher that the empty value does not match");
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Matcher> matchers_;
};

}  // namespace

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  SelectorParser parser(text);
  TRY_ASSIGN(std::vector<Matcher> matchers, parser.parse());
  TRY(parser.end());
  return matchers;
}

Result<RangeSelector> parse_range_selector(std::string_view text) {
  SelectorParser parser(text);
  RangeSelector selector;
  TRY_ASSIGN(selector.matchers, parser.parse());
  TRY_ASSIGN(selector.range, parser.range());
  TRY(parser.end());
  return selector;
}

}  // namespace oreum::api
