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
  Checker(std::string_view text, const std::unordered_set<const Expr*>& misplaced)
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
    if (node.expr->type == ValueType::kVector || node.expr->type == ValueType::kScalar) return {};
    return fail(node.expr->span,
                fmt::format("subquery is only allowed on instant vector, got {} instead", type_text(node.expr->type)));
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

  Status check(const Expr& expr, const VectorSelector& node) const { return check_selector(expr, node, true); }

  Status check_selector(const Expr& expr, const VectorSelector& node, bool wants_nonempty) const {
    if (node.name.empty()) {
      if (!wants_nonempty || has_nonempty_matcher(node.matchers)) return {};
      return fail(expr.span, "vector selector must contain at least one non-empty matcher");
    }
    size_t names = 0;
    for (const model::Matcher& matcher : node.matchers) {
      if (matcher.name != model::kMetricName) continue;
      const bool own = matcher.op == model::Matcher::Op::kEqual && matcher.value == node.name;
      if (!own || ++names > 1) {
        return fail(expr.span,
                    fmt::format("metric name must not be set twice: {} or {}", quote(node.name), quote(matcher.value)));
      }
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
    if (function.name == "info" && count > 1) return check_info(node);
    const std::string where = fmt::format("call to function \"{}\"", function.name);
    for (size_t i = 0; i < count; ++i) TRY(expect(*node.args[i], function.arg(i), where));
    return {};
  }

  /// The second argument of info() is the braces of a selector alone, and may match everything.
  Status check_info(const Call& node) const {
    constexpr std::string_view kWhere = "call to function \"info\"";
    const Expr& data = *node.args[1];
    if (data.type != ValueType::kVector) return expect(data, ValueType::kVector, kWhere);
    const auto* selector = data.as<VectorSelector>();
    if (selector == nullptr || !selector->name.empty()) {
      return fail(data.span, "expected label selectors only, got vector selector instead");
    }
    TRY(expect(*node.args[0], ValueType::kVector, kWhere));
    return check_selector(data, *selector, false);
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
    if (node.matching) TRY(check_matching(expr, *node.matching));
    for (const Expr* side : {node.lhs.get(), node.rhs.get()}) {
      if (side->type != ValueType::kScalar && side->type != ValueType::kVector) {
        return fail(side->span, "binary expression must contain only scalar and instant vector types");
      }
    }
    if (misplaced_.contains(&expr)) {
      return fail(expr.span, "vector matching only allowed between instant vectors");
    }
    if (is_set(node.op)) TRY(check_set(expr, node));
    return {};
  }

  Status check_matching(const Expr& expr, const VectorMatching& matching) const {
    if (!matching.on) return {};
    for (const std::string& label : matching.labels) {
      if (std::ranges::find(matching.include, label) != matching.include.end()) {
        return fail(expr.span, fmt::format("label {} must not occur in ON and GROUP clause at once", quote(label)));
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
      return fail(expr.span,
                  fmt::format("filling in missing series not allowed for \"{}\" operation", op_text(node.op)));
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
  const std::unordered_set<const Expr*>& misplaced_;
};

}  // namespace

Error parse_error(std::string_view text, Span where, std::string_view message) {
  return {Code::kInvalidArgument, fmt::format("{}: parse error: {}", place_text(text, where.begin), message)};
}

Status check_types(std::string_view text, const Expr& root, const std::unordered_set<const Expr*>& misplaced_matching) {
  return Checker(text, misplaced_matching).check(root);
}

bool has_nonempty_matcher(std::span<const model::Matcher> matchers) {
  return std::ranges::any_of(matchers, [](const model::Matcher& matcher) {
    const auto compiled = storage::CompiledMatcher::compile(matcher);
    return compiled && !compiled->matches_empty();
  });
}

}  // namespace oreum::promql
