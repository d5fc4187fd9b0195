// The check of types, and how errors say where they are.
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "promql/parse/ast.h"
#include "promql/parse/parser.h"

namespace oreum::promql {

/// "1:5: parse error: …".
Error parse_error(std::string_view text, Span where, std::string_view message);

/// Whether each part of the tree has the type that its place wants; the first error in Prometheus' order.
/// `misplaced_matching`: operators that were given labels to match though a side is no vector.
Status check_types(std::string_view text, const Expr& root,
                   const std::unordered_map<const Expr*, std::string_view>& misplaced_matching);

/// Whether there is a matcher that the empty value does not match.
bool has_nonempty_matcher(std::span<const model::Matcher> matchers);

}  // namespace oreum::promql
