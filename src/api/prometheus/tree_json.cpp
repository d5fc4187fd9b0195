#include "api/prometheus/tree_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "api/prometheus/answer.h"
#include "base/number.h"
#include "model/labels.h"

namespace oreum::api::prometheus {

namespace {

using promql::Expr;

std::string_view type_word(promql::ValueType type) {
  switch (type) {
    case promql::ValueType::kScalar: return "scalar";
    case promql::ValueType::kVector: return "vector";
    case promql::ValueType::kMatrix: return "matrix";
    case promql::ValueType::kString: return "string";
  }
  return "none";
}

std::string_view cardinality_word(promql::Cardinality cardinality) {
  switch (cardinality) {
    case promql::Cardinality::kOneToOne: return "one-to-one";
    case promql::Cardinality::kManyToOne: return "many-to-one";
    case promql::Cardinality::kOneToMany: return "one-to-many";
    case promql::Cardinality::kManyToMany: return "many-to-many";
  }
  return "one-to-one";
}

/// An object: its members come in the order of their names, as Go writes a map.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_text(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_text(key(name), value); }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void number(std::string_view name, int64_t value) { key(name) += std::to_string(value); }
  void maybe(std::string_view name, std::optional<double> value) {
    if (value) {
      append_api_double(key(name), *value);
    } else {
      key(name) += "null";
    }
  }
  void texts(std::string_view name, const std::vector<std::string>& values) { append_texts(key(name), values); }
  void tree(std::string_view name, const Expr* expr) {
    if (expr == nullptr) {
      key(name) += "null";
    } else {
      append_tree(key(name), *expr);
    }
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename T, typename Append>
void append_list(std::string& out, const T& list, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : list) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

/// strconv.FormatFloat(v, 'f', -1, 64): plain digits however long.
std::string plain_digits(double v) {
  std::string out;
  if (!std::isfinite(v) || v == 0 || (std::fabs(v) >= 1e-6 && std::fabs(v) < 1e21)) {
    append_api_double(out, v);
    return out;
  }
  std::string digits;
  append_api_double(digits, std::fabs(v));  // d.ddde±xx
  const size_t e = digits.find('e');
  const int64_t exponent = parse_i64(digits.substr(e + (digits[e + 1] == '+' ? 2 : 1))).value_or(0);
  digits.resize(e);
  std::erase(digits, '.');
  out = v < 0 ? "-" : "";
  if (exponent < 0) return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const size_t zeros = static_cast<size_t>(exponent) + 1 - digits.size();
  return out + digits + std::string(zeros, '0');
}

/// A name that is no plain word stood in quotes within the braces.
std::string_view name_before_braces(const promql::VectorSelector& selector) {
  return model::is_valid_metric_name(selector.name) ? std::string_view(selector.name) : std::string_view();
}

/// The metric's name comes last, where it stands before the braces.
void append_matchers(std::string& out, const promql::VectorSelector& selector) {
  const auto is_name = [&](const model::Matcher& matcher) {
    return !name_before_braces(selector).empty() && matcher.name == model::kMetricName &&
           matcher.op == model::Matcher::Op::kEqual && matcher.value == selector.name;
  };
  std::vector<model::Matcher> matchers = selector.matchers;
  std::stable_partition(matchers.begin(), matchers.end(), [&](const model::Matcher& m) { return !is_name(m); });
  append_list(out, matchers, [&](const model::Matcher& matcher) {
    Object object(out);
    object.text("name", matcher.name);
    object.text("type", model::op_text(matcher.op));
    object.text("value", matcher.value);
  });
}

void append_duration(std::string& out, const promql::DurationExpr* expr, bool wrapped);

void append_operation(std::string& out, std::string_view op, const promql::DurationExpr* lhs,
                      const promql::DurationExpr* rhs, bool wrapped) {
  Object object(out);
  append_duration(object.key("lhs"), lhs, false);
  object.text("op", op);
  append_duration(object.key("rhs"), rhs, false);
  object.text("type", "durationExpr");
  object.flag("wrapped", wrapped);
}

std::string_view op_word(promql::DurationOp op) {
  constexpr std::array<std::string_view, 8> kWords{"+", "-", "*", "/", "%", "^", "min_of", "max_of"};
  return kWords.at(static_cast<size_t>(op));
}

struct DurationWriter {
  std::string& out;
  bool wrapped;

  void operator()(const promql::DurationExpr::Number& number) const {
    Object object(out);
    object.flag("duration", number.as_duration);
    object.text("type", "numberLiteral");
    object.text("val", plain_digits(number.seconds));
  }
  void operator()(const promql::DurationExpr::Step&) const { append_operation(out, "step", nullptr, nullptr, wrapped); }
  void operator()(const promql::DurationExpr::Range&) const {
    append_operation(out, "range", nullptr, nullptr, wrapped);
  }
  void operator()(const promql::DurationExpr::Unary& unary) const {
    append_operation(out, unary.negative ? "-" : "+", nullptr, unary.of.get(), wrapped);
  }
  void operator()(const promql::DurationExpr::Binary& binary) const {
    append_operation(out, op_word(binary.op), binary.lhs.get(), binary.rhs.get(), wrapped);
  }
  void operator()(const promql::DurationExpr::Paren& paren) const {
    // A number alone has no place for the parentheses.
    const bool number = std::holds_alternative<promql::DurationExpr::Number>(paren.of->node);
    if (number) {
      append_operation(out, "+", nullptr, paren.of.get(), true);
    } else {
      append_duration(out, paren.of.get(), true);
    }
  }
};

void append_duration(std::string& out, const promql::DurationExpr* expr, bool wrapped) {
  if (expr == nullptr) {
    out += "null";
  } else {
    std::visit(DurationWriter{out, wrapped}, expr->node);
  }
}

/// `range` and `rangeExpr`, or what else the duration is called.
void duration(Object& object, std::string_view name, const promql::Duration& of) {
  object.number(name, of.fixed.count());
  append_duration(object.key(std::string(name) + "Expr"), of.expr.get(), false);
}

void start_or_end(Object& object, const promql::Modifiers& modifiers) {
  const bool special = modifiers.at && modifiers.at->kind != promql::At::Kind::kTime;
  if (special) {
    object.text("startOrEnd", modifiers.at->kind == promql::At::Kind::kStart ? "start" : "end");
  } else {
    object.key("startOrEnd") += "null";
  }
}

void timestamp(Object& object, const promql::Modifiers& modifiers) {
  if (modifiers.at && modifiers.at->kind == promql::At::Kind::kTime) {
    object.number("timestamp", modifiers.at->time.ms);
  } else {
    object.key("timestamp") += "null";
  }
}

struct TreeWriter {
  std::string& out;

  void operator()(const promql::NumberLiteral& number) const {
    Object object(out);
    object.text("type", "numberLiteral");
    object.text("val", plain_digits(number.value));
  }
  void operator()(const promql::StringLiteral& text) const {
    Object object(out);
    object.text("type", "stringLiteral");
    object.text("val", text.value);
  }
  void operator()(const promql::VectorSelector& selector) const { write_selector(selector, nullptr); }
  void operator()(const promql::MatrixSelector& matrix) const {
    write_selector(*matrix.vector->as<promql::VectorSelector>(), &matrix.range);
  }
  void operator()(const promql::Subquery& subquery) const {
    Object object(out);
    object.tree("expr", subquery.expr.get());
    duration(object, "offset", subquery.modifiers.offset);
    duration(object, "range", subquery.range);
    start_or_end(object, subquery.modifiers);
    duration(object, "step", subquery.step);
    timestamp(object, subquery.modifiers);
    object.text("type", "subquery");
  }
  void operator()(const promql::Call& call) const {
    Object object(out);
    append_list(object.key("args"), call.args, [&](const promql::ExprPtr& arg) { append_tree(out, *arg); });
    {
      object.key("func");
      Object function(out);
      append_list(function.key("argTypes"), call.function->args,
                  [&](promql::ValueType type) { append_text(out, type_word(type)); });
      function.text("name", call.function->name);
      function.text("returnType", type_word(call.function->returns));
      function.number("variadic", call.function->optional);
    }
    object.text("type", "call");
  }
  void operator()(const promql::Aggregate& aggregate) const {
    Object object(out);
    object.tree("expr", aggregate.expr.get());
    object.texts("grouping", aggregate.grouping);
    object.text("op", promql::op_text(aggregate.op));
    object.tree("param", aggregate.param.get());
    object.text("type", "aggregation");
    object.flag("without", aggregate.without);
  }
  void operator()(const promql::Binary& binary) const {
    Object object(out);
    object.flag("bool", binary.return_bool);
    object.tree("lhs", binary.lhs.get());
    if (binary.matching) {
      object.key("matching");
      write_matching(*binary.matching);
    } else {
      object.key("matching") += "null";
    }
    object.text("op", promql::op_text(binary.op));
    object.tree("rhs", binary.rhs.get());
    object.text("type", "binaryExpr");
  }
  void operator()(const promql::Unary& unary) const {
    Object object(out);
    object.tree("expr", unary.expr.get());
    object.text("op", unary.negative ? "-" : "+");
    object.text("type", "unaryExpr");
  }
  void operator()(const promql::Paren& paren) const {
    Object object(out);
    object.tree("expr", paren.expr.get());
    object.text("type", "parenExpr");
  }

  void write_selector(const promql::VectorSelector& selector, const promql::Duration* range) const {
    Object object(out);
    object.flag("anchored", selector.mode == promql::RangeMode::kAnchored);
    append_matchers(object.key("matchers"), selector);
    object.text("name", name_before_braces(selector));
    duration(object, "offset", selector.modifiers.offset);
    if (range != nullptr) duration(object, "range", *range);
    object.flag("smoothed", selector.mode == promql::RangeMode::kSmoothed);
    start_or_end(object, selector.modifiers);
    timestamp(object, selector.modifiers);
    object.text("type", range != nullptr ? "matrixSelector" : "vectorSelector");
  }

  void write_matching(const promql::VectorMatching& matching) const {
    Object object(out);
    object.text("card", cardinality_word(matching.cardinality));
    {
      object.key("fillValues");
      Object fill(out);
      fill.maybe("lhs", matching.fill_left);
      fill.maybe("rhs", matching.fill_right);
    }
    object.texts("include", matching.include);
    object.texts("labels", matching.labels);
    object.flag("on", matching.on);
  }
};

}  // namespace

void append_tree(std::string& out, const Expr& expr) { std::visit(TreeWriter{out}, expr.node); }

}  // namespace oreum::api::prometheus
