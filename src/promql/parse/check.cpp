#include "promql/parse/check.h"

#include <algorithm>

#include <fmt/core.h>

#include "promql/parse/literals.h"
#include "storage/match.h"

namespace oreum::promql {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Checker {
 public:
  Checker(std::string_view text, const std::unordered_map<const Expr*, std::string_view>& misplaced)
      : text_(text), misplaced_(misplaced) {}

  Status check(const Expr& expr) const {
    return std::visit([&](const auto& node) { return check(expr, node); }, expr.node);
  }

 private:
  Error fail(Span where, std::string_view message) const { return parse_error(text_, where, message); }

  Status expect(const Expr& expr, ValueType wanted, std::string_view where) const {
    TRY(check(expr));
    if (expr.type == wanted) return {};
    return fail(expr.span,
                fmt::format("expected type {} in {}, got {}", type_text(wanted), where, type_text(expr.type)));
  }

  static Status check(const Expr& /*expr*/, const NumberLiteral& /*node*/) { return {}; }
  static Status check(const Expr& /*expr*/, const StringLiteral& /*node*/) { return {}; }
  Status check(const Expr& /*expr*/, const Paren& node) const { return check(*node.expr); }
  Status check(const Expr& /*expr*/, const MatrixSelector& node) const { return check(*node.vector); }

  Status check(const Expr& /*expr*/, const Subquery& node) const {
    TRY(check(*node.expr));
    if (node.expr->type == ValueType::kVector) return {};
    const std::string_view got = node.expr->type == ValueType::kMatrix ? "matrix" : type_text(node.expr->type);
    return fail(node.expr->span, fmt::format("subquery is only allowed on instant vector, got {} instead", got));
  }

  Status check(const Expr& expr, const Unary& node) const {
    TRY(check(*node.expr));
    if (node.expr->type == ValueType::kVector || node.expr->type == ValueType::kScalar) return {};
    return fail(expr.span,
                fmt::format("unary expression only allowed on expressions of type scalar or instant vector, got \"{}\"",
                            type_text(node.expr->type)));
  }

  Status check(const Expr& /*expr*/, const Aggregate& node) const {
    TRY(expect(*node.expr, ValueType::kVector, "aggregation expression"));
    if (!node.param) return {};
    const bool text = node.op == AggregateOp::kCountValues;
    return expect(*node.param, text ? ValueType::kString : ValueType::kScalar, "aggregation parameter");
  }

  Status check(const Expr& expr, const VectorSelector& node) const {
    if (node.name.empty()) {
      if (has_nonempty_matcher(node.matchers)) return {};
      return fail(expr.span, "vector selector must contain at least one non-empty matcher");
    }
    // The last is the name before the braces.
    for (const model::Matcher& matcher : std::span(node.matchers).first(node.matchers.size() - 1)) {
      if (matcher.name != model::kMetricName) continue;
      return fail(expr.span,
                  fmt::format("metric name must not be set twice: {} or {}", quote(node.name), quote(matcher.value)));
    }
    return {};
  }

  Status check(const Expr& expr, const Call& node) const {
    const Signature& function = *node.function;
    const size_t count = node.args.size();
    const auto wrong = [&](std::string_view how, size_t wanted) {
      return fail(expr.span, fmt::format("expected {}{} argument(s) in call to \"{}\", got {}", how, wanted,
                                         function.name, count));
    };
    if (function.optional == 0 && count != function.args.size()) return wrong("", function.args.size());
    if (count < function.min_args()) return wrong("at least ", function.min_args());
    if (count > function.max_args()) return wrong("at most ", function.max_args());
    if (function.name == "info" && count > 1) return check_info(expr, node);
    const std::string where = fmt::format("call to function \"{}\"", function.name);
    for (size_t i = 0; i < count; ++i) TRY(expect(*node.args[i], function.arg(i), where));
    return {};
  }

  /// The second argument of info() is the braces of a selector alone, and may match everything.
  Status check_info(const Expr& expr, const Call& node) const {
    const Expr& data = *node.args[1];
    if (data.type != ValueType::kVector) {
      return fail(expr.span, fmt::format("expected type {} in call to function \"info\", got {}",
                                         type_text(ValueType::kVector), type_text(data.type)));
    }
    const auto* selector = data.as<VectorSelector>();
    if (selector == nullptr) return fail(data.span, "expected label selectors only");
    if (!selector->name.empty()) {
      return fail(data.span, "expected label selectors only, got vector selector instead");
    }
    return expect(*node.args[0], ValueType::kVector, "call to function \"info\"");
  }

  Status check(const Expr& expr, const Binary& node) const {
    TRY(check(*node.lhs));
    TRY(check(*node.rhs));
    if (node.return_bool && !is_comparison(node.op)) {
      return fail(operator_span(node), "bool modifier can only be used on comparison operators");
    }
    const ValueType left = node.lhs->type;
    const ValueType right = node.rhs->type;
    const bool scalars = left == ValueType::kScalar && right == ValueType::kScalar;
    if (is_comparison(node.op) && !node.return_bool && scalars) {
      return fail(operator_span(node), "comparisons between scalars must use BOOL modifier");
    }
    if (node.matching) TRY(check_matching(operator_span(node), *node.matching));
    for (const Expr* side : {node.lhs.get(), node.rhs.get()}) {
      if (side->type != ValueType::kScalar && side->type != ValueType::kVector) {
        return fail(side->span, "binary expression must contain only scalar and instant vector types");
      }
    }
    if (const auto found = misplaced_.find(&expr); found != misplaced_.end()) return fail(expr.span, found->second);
    if (is_set(node.op)) TRY(check_set(expr, node));
    return {};
  }

  Status check_matching(Span where, const VectorMatching& matching) const {
    if (!matching.on) return {};
    for (const std::string& label : matching.labels) {
      if (std::ranges::find(matching.include, label) != matching.include.end()) {
        return fail(where, fmt::format("label {} must not occur in ON and GROUP clause at once", quote(label)));
      }
    }
    return {};
  }

  Status check_set(const Expr& expr, const Binary& node) const {
    if (!node.matching) {
      return fail(expr.span,
                  fmt::format("set operator \"{}\" not allowed in binary scalar expression", op_text(node.op)));
    }
    if (node.matching->cardinality != Cardinality::kManyToMany) {
      return fail(expr.span, fmt::format("no grouping allowed for \"{}\" operation", op_text(node.op)));
    }
    if (node.matching->fill_left || node.matching->fill_right) {
      return fail(expr.span, "filling in missing series not allowed for set operators");
    }
    return {};
  }

  /// The text between both sides, without spaces.
  Span operator_span(const Binary& node) const {
    Span span{node.lhs->span.end, node.rhs->span.begin};
    while (span.begin < span.end && is_space(text_[span.begin])) ++span.begin;
    while (span.end > span.begin && is_space(text_[span.end - 1])) --span.end;
    return span;
  }

  std::string_view text_;
  const std::unordered_map<const Expr*, std::string_view>& misplaced_;
};

}  // namespace

Error parse_error(std::string_view text, Span where, std::string_view message) {
  return {Code::kInvalidArgument, fmt::format("{}: parse error: {}", place_text(text, where.begin), message)};
}

Status check_types(std::string_view text, const Expr& root,
                   const std::unordered_map<const Expr*, std::string_view>& misplaced_matching) {
  return Checker(text, misplaced_matching).check(root);
}

bool has_nonempty_matcher(std::span<const model::Matcher> matchers) {
  return std::ranges::any_of(matchers, [](const model::Matcher& matcher) {
    const auto compiled = storage::CompiledMatcher::compile(matcher);
    return compiled && !compiled->matches_empty();
  });
}

}  // namespace oreum::promql
