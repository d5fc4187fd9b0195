// Text → tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "promql/parse/ast.h"

namespace oreum::promql {

/// A parsed and type-checked query. Immutable; shared by whoever evaluates it.
struct Query {
  std::string text;
  ExprPtr root;
};

struct ParseOptions {
  bool experimental = true;  // functions, limitk, limit_ratio, fill: what Prometheus has behind flags
};

/// The highest tree that is allowed, so that no text overflows the stack here, in an evaluation or at its end.
inline constexpr uint32_t kMaxDepth = 500;

/// kInvalidArgument: "1:5: parse error: unexpected <op:*>", lines and columns counted from 1, columns in bytes. Of
/// several errors the first that Prometheus would name. A tree higher than kMaxDepth is one.
Result<std::shared_ptr<const Query>> parse(std::string_view text, const ParseOptions& options = {});

/// `foo{a="b"}` alone, as match[] takes it.
Result<std::vector<model::Matcher>> parse_matchers(std::string_view text);

/// `foo{a="b"}` of exact values alone: one series, as the script tests and rule tests write it.
Result<model::Labels> parse_series_labels(std::string_view text);

/// "3:14": line and column, from 1, of a byte of the text.
std::string place_text(std::string_view text, uint32_t at);

}  // namespace oreum::promql
