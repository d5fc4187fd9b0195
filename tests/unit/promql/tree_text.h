// A tree as a text that two trees share only when they are the same but for their places: "(+ a (* b 2))".
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "promql/parse/ast.h"

namespace oreum::promql {

inline std::string tree_text(const Expr& expr);
inline std::string tree_text(const DurationExpr& expr);

// All NaNs are written alike.
inline std::string number_of(double value, bool as_duration) {
  return fmt::format("{}{}", std::isnan(value) ? "nan" : fmt::format("{}", value), as_duration ? "d" : "");
}

inline std::string tree_text(const DurationExpr::Number& n) { return number_of(n.seconds, n.as_duration); }
inline std::string tree_text(const DurationExpr::Step& /*node*/) { return "step"; }
inline std::string tree_text(const DurationExpr::Range& /*node*/) { return "range"; }
inline std::string tree_text(const DurationExpr::Unary& n) { return fmt::format("(neg {})", tree_text(*n.of)); }
inline std::string tree_text(const DurationExpr::Paren& n) { return fmt::format("(paren {})", tree_text(*n.of)); }
inline std::string tree_text(const DurationExpr::Binary& n) {
  static constexpr std::string_view kOps[] = {"+", "-", "*", "/", "%", "^", "min", "max"};
  return fmt::format("({} {} {})", kOps[static_cast<size_t>(n.op)], tree_text(*n.lhs), tree_text(*n.rhs));
}
inline std::string tree_text(const DurationExpr& expr) {
  return std::visit([](const auto& node) { return tree_text(node); }, expr.node);
}
inline std::string tree_text(const Duration& d) {
  return d.expr ? tree_text(*d.expr) : fmt::format("{}ms", d.fixed.count());
}

inline std::string tree_text(const Modifiers& m) {
  std::string out;
  if (m.has_offset) out += " offset=" + tree_text(m.offset);
  if (m.at) out += fmt::format(" at={}:{}", static_cast<int>(m.at->kind), m.at->time.ms);
  return out;
}

inline std::string tree_text(const NumberLiteral& n) { return number_of(n.value, n.as_duration); }
inline std::string tree_text(const StringLiteral& n) { return fmt::format("\"{}\"", n.value); }
inline std::string tree_text(const VectorSelector& n) {
  std::vector<std::string> matchers;
  for (const model::Matcher& m : std::span(n.matchers).first(n.matchers.size() - (n.name.empty() ? 0 : 1))) {
    matchers.push_back(fmt::format("{}{}{}", m.name, model::op_text(m.op), m.value));
  }
  std::ranges::sort(matchers);  // they print sorted
  std::string out = n.name;
  if (!matchers.empty()) out += fmt::format("{{{}}}", fmt::join(matchers, ","));
  if (n.mode != RangeMode::kPlain) out += n.mode == RangeMode::kAnchored ? " anchored" : " smoothed";
  return out + tree_text(n.modifiers);
}
inline std::string tree_text(const MatrixSelector& n) {
  return fmt::format("(range {} {})", tree_text(*n.vector), tree_text(n.range));
}
inline std::string tree_text(const Subquery& n) {
  return fmt::format("(subquery {} {} {}{})", tree_text(*n.expr), tree_text(n.range),
                     n.has_step ? tree_text(n.step) : "default", tree_text(n.modifiers));
}
inline std::string tree_text(const Call& n) {
  std::string out = fmt::format("({}", n.function->name);
  for (const ExprPtr& arg : n.args) out += " " + tree_text(*arg);
  return out + ")";
}
inline std::string tree_text(const Aggregate& n) {
  std::string out = fmt::format("({}", op_text(n.op));
  // `by ()` is what is meant without it.
  if (n.without || !n.grouping.empty()) {
    out += fmt::format(" {} [{}]", n.without ? "without" : "by", fmt::join(n.grouping, " "));
  }
  if (n.param) out += " " + tree_text(*n.param);
  return out + " " + tree_text(*n.expr) + ")";
}
inline std::string tree_text(const Binary& n) {
  std::string out = fmt::format("({}{}", op_text(n.op), n.return_bool ? " bool" : "");
  if (n.matching) {
    const VectorMatching& m = *n.matching;
    if (m.on || !m.labels.empty()) out += fmt::format(" {} [{}]", m.on ? "on" : "ignoring", fmt::join(m.labels, " "));
    if (m.cardinality == Cardinality::kManyToOne) out += fmt::format(" group_left [{}]", fmt::join(m.include, " "));
    if (m.cardinality == Cardinality::kOneToMany) out += fmt::format(" group_right [{}]", fmt::join(m.include, " "));
    if (m.fill_left) out += " fill_left " + number_of(*m.fill_left, false);
    if (m.fill_right) out += " fill_right " + number_of(*m.fill_right, false);
  }
  return fmt::format("{} {} {})", out, tree_text(*n.lhs), tree_text(*n.rhs));
}
inline std::string tree_text(const Unary& n) {
  return fmt::format("({} {})", n.negative ? "neg" : "pos", tree_text(*n.expr));
}
inline std::string tree_text(const Paren& n) { return fmt::format("(paren {})", tree_text(*n.expr)); }

inline std::string tree_text(const Expr& expr) {
  return std::visit([](const auto& node) { return tree_text(node); }, expr.node);
}

}  // namespace oreum::promql
