#include "promql/parse/printer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/number.h"
#include "base/time.h"
#include "model/labels.h"
#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

constexpr size_t kLineLength = 100;  // what is longer is laid out over several lines

/// The shortest digits that read back, without an exponent.
std::string number_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> buf;
  if (std::fabs(value) < 1e15) {
    const auto fixed = std::to_chars(buf.data(), buf.data() + buf.size(), value, std::chars_format::fixed);
    return {buf.data(), fixed.ptr};
  }
  // A large number's fixed form has digits that the double only happens to have; behind the shortest ones come zeros.
  const auto r = std::to_chars(buf.data(), buf.data() + buf.size(), std::fabs(value), std::chars_format::scientific);
  const std::string_view text(buf.data(), static_cast<size_t>(r.ptr - buf.data()));
  const size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  digits.resize(parse_u64(text.substr(e + 2)).value_or(0) + 1, '0');  // "e+20"
  return (value < 0 ? "-" : "") + digits;
}

/// As Go prints a number that nobody laid out: with an exponent where it is long.
std::string short_number_text(double value) {
  std::string out;
  append_double(out, value);
  return out;
}

std::string seconds_text(double seconds, bool as_duration) {
  if (!as_duration) return number_text(seconds);
  const auto ms = milliseconds(std::llround(std::fabs(seconds) * 1000.0));
  return (seconds < 0 ? "-" : "") + format_duration(ms);
}

std::string label_text(std::string_view name) {
  return model::is_valid_label_name(name) ? std::string(name) : quote(name);
}

std::string list_text(std::span<const std::string> labels) {
  std::string out;
  for (const std::string& label : labels) {
    if (!out.empty()) out += ", ";
    out += label_text(label);
  }
  return out;
}

std::string_view duration_op_text(DurationOp op) {
  switch (op) {
    case DurationOp::kAdd: return "+";
    case DurationOp::kSub: return "-";
    case DurationOp::kMul: return "*";
    case DurationOp::kDiv: return "/";
    case DurationOp::kMod: return "%";
    case DurationOp::kPow: return "^";
    case DurationOp::kMin: return "min_of";
    case DurationOp::kMax: return "max_of";
  }
  return "?";
}

std::string text_of(const DurationExpr& expr);

std::string text_of(const DurationExpr::Number& node) { return seconds_text(node.seconds, node.as_duration); }
std::string text_of(const DurationExpr::Step& /*node*/) { return "step()"; }
std::string text_of(const DurationExpr::Range& /*node*/) { return "range()"; }
std::string text_of(const DurationExpr::Unary& node) { return (node.negative ? "-" : "+") + text_of(*node.of); }
std::string text_of(const DurationExpr::Paren& node) { return "(" + text_of(*node.of) + ")"; }
std::string text_of(const DurationExpr::Binary& node) {
  const std::string lhs = text_of(*node.lhs);
  const std::string rhs = text_of(*node.rhs);
  const std::string_view op = duration_op_text(node.op);
  if (node.op == DurationOp::kMin || node.op == DurationOp::kMax) return fmt::format("{}({}, {})", op, lhs, rhs);
  return fmt::format("{} {} {}", lhs, op, rhs);
}

std::string text_of(const DurationExpr& expr) {
  return std::visit([](const auto& node) { return text_of(node); }, expr.node);
}

/// The braces' matchers stand in the order of their texts.
std::string matchers_text(const VectorSelector& node) {
  std::span<const model::Matcher> matchers = node.matchers;
  if (!node.name.empty()) matchers = matchers.first(matchers.size() - 1);
  std::vector<std::string> texts;
  texts.reserve(matchers.size());
  for (const model::Matcher& matcher : matchers) {
    texts.push_back(fmt::format("{}{}{}", label_text(matcher.name), model::op_text(matcher.op), quote(matcher.value)));
  }
  std::ranges::sort(texts);
  if (texts.empty()) return node.name.empty() ? "{}" : node.name;
  return fmt::format("{}{{{}}}", node.name, fmt::join(texts, ","));
}

std::string at_text(const At& at) {
  if (at.kind == At::Kind::kStart) return " @ start()";
  if (at.kind == At::Kind::kEnd) return " @ end()";
  return fmt::format(" @ {:.3f}", static_cast<double>(at.time.ms) / 1000.0);
}

std::string at_text(const Modifiers& modifiers) { return modifiers.at ? at_text(*modifiers.at) : ""; }

std::string offset_text(const Modifiers& modifiers) {
  return modifiers.has_offset ? " offset " + print(modifiers.offset) : "";
}

std::string_view mode_text(RangeMode mode) {
  switch (mode) {
    case RangeMode::kPlain: return "";
    case RangeMode::kAnchored: return " anchored";
    case RangeMode::kSmoothed: return " smoothed";
  }
  return "";
}

/// [1h:1m] and what is behind it.
std::string subquery_tail(const Subquery& node) {
  return fmt::format("[{}:{}]{}", print(node.range), node.has_step ? print(node.step) : "",
                     at_text(node.modifiers) + offset_text(node.modifiers));
}

/// Up to the opening parenthesis.
std::string aggregate_head(const Aggregate& node) {
  if (node.without) return fmt::format("{} without ({}) ", op_text(node.op), list_text(node.grouping));
  if (node.grouping.empty()) return std::string(op_text(node.op));
  return fmt::format("{} by ({}) ", op_text(node.op), list_text(node.grouping));
}

std::string fill_text(const VectorMatching& how) {
  if (how.fill_left && how.fill_right && *how.fill_left == *how.fill_right) {
    return fmt::format(" fill ({})", short_number_text(*how.fill_left));
  }
  std::string out;
  if (how.fill_left) out += fmt::format(" fill_left ({})", short_number_text(*how.fill_left));
  if (how.fill_right) out += fmt::format(" fill_right ({})", short_number_text(*how.fill_right));
  return out;
}

/// The operator and what it is told.
std::string operator_text(const Binary& node) {
  std::string out(op_text(node.op));
  if (node.return_bool) out += " bool";
  if (!node.matching) return out;
  const VectorMatching& how = *node.matching;
  if (how.on || !how.labels.empty() || how.cardinality == Cardinality::kManyToOne ||
      how.cardinality == Cardinality::kOneToMany) {
    out += fmt::format(" {} ({})", how.on ? "on" : "ignoring", list_text(how.labels));
  }
  if (how.cardinality == Cardinality::kManyToOne) out += fmt::format(" group_left ({})", list_text(how.include));
  if (how.cardinality == Cardinality::kOneToMany) out += fmt::format(" group_right ({})", list_text(how.include));
  return out + fill_text(how);
}

/// "+Inf ^ x" reads back as +(Inf ^ x).
bool must_lose_its_sign(const Binary& node) {
  const auto* base = node.lhs->as<NumberLiteral>();
  return node.op == BinaryOp::kPow && base != nullptr && base->value == std::numeric_limits<double>::infinity();
}

// --- on one line

/// Text that grows until it is as long as anybody wants to know.
struct Out {
  std::string text;
  size_t limit = SIZE_MAX;
};

void write(Out& out, const Expr& expr);

void line(Out& out, const NumberLiteral& node) { out.text += seconds_text(node.value, node.as_duration); }
void line(Out& out, const StringLiteral& node) { out.text += quote(node.value); }
void line(Out& out, const VectorSelector& node) {
  out.text += matchers_text(node);
  out.text += at_text(node.modifiers);
  out.text += mode_text(node.mode);
  out.text += offset_text(node.modifiers);
}
void line(Out& out, const MatrixSelector& node) {
  const auto& selector = *node.vector->as<VectorSelector>();
  out.text += fmt::format("{}[{}]{}{}{}", matchers_text(selector), print(node.range), mode_text(selector.mode),
                          at_text(selector.modifiers), offset_text(selector.modifiers));
}
void line(Out& out, const Subquery& node) {
  write(out, *node.expr);
  out.text += subquery_tail(node);
}
void line(Out& out, const Call& node) {
  out.text += node.function->name;
  out.text += '(';
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (i > 0) out.text += ", ";
    write(out, *node.args[i]);
  }
  out.text += ')';
}
void line(Out& out, const Aggregate& node) {
  out.text += aggregate_head(node);
  out.text += '(';
  if (node.param) {
    write(out, *node.param);
    out.text += ", ";
  }
  write(out, *node.expr);
  out.text += ')';
}
void line(Out& out, const Binary& node) {
  if (must_lose_its_sign(node)) {
    out.text += "Inf";
  } else {
    write(out, *node.lhs);
  }
  out.text += fmt::format(" {} ", operator_text(node));
  write(out, *node.rhs);
}
void line(Out& out, const Unary& node) {
  out.text += node.negative ? '-' : '+';
  write(out, *node.expr);
}
void line(Out& out, const Paren& node) {
  out.text += '(';
  write(out, *node.expr);
  out.text += ')';
}

void write(Out& out, const Expr& expr) {
  if (out.text.size() > out.limit) return;
  std::visit([&](const auto& node) { line(out, node); }, expr.node);
}

// --- over several lines

void lay_out(std::string& out, const Expr& expr, size_t level);

void indent(std::string& out, size_t level) { out.append(2 * level, ' '); }

/// Parts on their own lines, in parentheses.
void enclose(std::string& out, std::string_view head, const std::vector<const Expr*>& parts, size_t level) {
  indent(out, level);
  out += head;
  out += "(\n";
  for (const Expr* part : parts) {
    lay_out(out, *part, level + 1);
    out += part == parts.back() ? "\n" : ",\n";
  }
  indent(out, level);
  out += ')';
}

void lines(std::string& out, const Aggregate& node, size_t level) {
  std::vector<const Expr*> parts;
  if (node.param) parts.push_back(node.param.get());
  parts.push_back(node.expr.get());
  enclose(out, aggregate_head(node), parts, level);
}
void lines(std::string& out, const Call& node, size_t level) {
  std::vector<const Expr*> parts;
  parts.reserve(node.args.size());
  for (const ExprPtr& arg : node.args) parts.push_back(arg.get());
  enclose(out, node.function->name, parts, level);
}
void lines(std::string& out, const Paren& node, size_t level) { enclose(out, "", {node.expr.get()}, level); }
void lines(std::string& out, const Binary& node, size_t level) {
  if (must_lose_its_sign(node)) {
    indent(out, level + 1);
    out += "Inf";
  } else {
    lay_out(out, *node.lhs, level + 1);
  }
  out += '\n';
  indent(out, level);
  out += operator_text(node);
  out += '\n';
  lay_out(out, *node.rhs, level + 1);
}
void lines(std::string& out, const Subquery& node, size_t level) {
  lay_out(out, *node.expr, level);
  out += subquery_tail(node);
}
void lines(std::string& out, const Unary& node, size_t level) {
  std::string child;
  lay_out(child, *node.expr, level);
  indent(out, level);
  out += node.negative ? '-' : '+';
  out += trim(child);
}
/// Selectors and literals are never split.
template <typename T>
void lines(std::string& out, const T& node, size_t level) {
  Out one;
  line(one, node);
  indent(out, level);
  out += one.text;
}

void lay_out(std::string& out, const Expr& expr, size_t level) {
  Out one{.text = {}, .limit = kLineLength};
  write(one, expr);
  if (one.text.size() > kLineLength) {
    std::visit([&](const auto& node) { lines(out, node, level); }, expr.node);
    return;
  }
  // format_query leaves a subquery that fits where the line begins.
  if (expr.as<Subquery>() == nullptr) indent(out, level);
  out += one.text;
}

}  // namespace

std::string print(const Duration& duration) {
  if (duration.expr) return text_of(*duration.expr);
  return seconds_text(static_cast<double>(duration.fixed.count()) / 1000.0, true);
}

std::string print(const Expr& expr) {
  Out out;
  write(out, expr);
  return std::move(out.text);
}

std::string pretty(const Expr& expr) {
  std::string out;
  lay_out(out, expr, 0);
  return out;
}

}  // namespace oreum::promql
