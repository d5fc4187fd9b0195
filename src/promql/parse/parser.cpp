#include "promql/parse/parser.h"

#include <algorithm>

#include <fmt/core.h>

#include "promql/parse/check.h"
#include "promql/parse/grammar.h"

namespace oreum::promql {

namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;  // of a query; places in it are 32 bits

Status check_size(std::string_view text) {
  if (text.size() <= kMaxBytes) return {};
  return Error(Code::kInvalidArgument,
               fmt::format("parse error: the query has {} bytes, expected at most {}", text.size(), kMaxBytes));
}

}  // namespace

Result<std::shared_ptr<const Query>> parse(std::string_view text, const ParseOptions& options) {
  TRY(check_size(text));
  Grammar grammar(text, options);
  TRY_ASSIGN(std::unique_ptr<Expr> root, grammar.whole_expression());
  TRY(check_types(text, *root, grammar.misplaced_matching()));
  auto query = std::make_shared<Query>();
  query->text = std::string(text);
  query->root = std::move(root);
  return std::shared_ptr<const Query>(std::move(query));
}

Result<std::vector<model::Matcher>> parse_matchers(std::string_view text) {
  TRY(check_size(text));
  TRY_ASSIGN(VectorSelector selector, Grammar(text, {}).whole_selector());
  if (!has_nonempty_matcher(selector.matchers)) {
    return parse_error(text, {0, 0}, "vector selector must contain at least one non-empty matcher");
  }
  return std::move(selector.matchers);
}

Result<model::Labels> parse_series_labels(std::string_view text) {
  TRY(check_size(text));
  TRY_ASSIGN(const VectorSelector selector, Grammar(text, {}).whole_selector());
  std::vector<model::Label> labels;
  for (const model::Matcher& matcher : selector.matchers) {
    if (matcher.op != model::Matcher::Op::kEqual) {
      return parse_error(text, {0, 0},
                         fmt::format("unexpected {} behind {}, expected =", model::op_text(matcher.op), matcher.name));
    }
    labels.push_back({matcher.name, matcher.value});
  }
  return model::Labels::of(labels);
}

std::string place_text(std::string_view text, uint32_t at) {
  const std::string_view before = text.substr(0, at);
  const size_t line = static_cast<size_t>(std::ranges::count(before, '\n')) + 1;
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
  return fmt::format("{}:{}", line, before.size() - line_start + 1);
}

}  // namespace oreum::promql
