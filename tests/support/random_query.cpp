#include "support/random_query.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace oreum::test {

namespace {

/// Names and arguments, a letter each: v instant vector, m range vector, s scalar, u scalar from 0 to 1, l a label's
/// name, r a replacement, e a regular expression; from ? on they may be left out. Experimental from kStableCalls on.
constexpr size_t kStableCalls = 69;
constexpr std::array<std::string_view, 82> kCalls{
    "abs v",
    "absent v",
    "absent_over_time m",
    "acos v",
    "acosh v",
    "asin v",
    "asinh v",
    "atan v",
    "atanh v",
    "avg_over_time m",
    "ceil v",
    "changes m",
    "clamp vss",
    "clamp_max vs",
    "clamp_min vs",
    "cos v",
    "cosh v",
    "count_over_time m",
    "day_of_month ?v",
    "day_of_week ?v",
    "day_of_year ?v",
    "days_in_month ?v",
    "deg v",
    "delta m",
    "deriv m",
    "exp v",
    "floor v",
    "histogram_avg v",
    "histogram_count v",
    "histogram_fraction ssv",
    "histogram_quantile sv",
    "histogram_stddev v",
    "histogram_stdvar v",
    "histogram_sum v",
    "hour ?v",
    "idelta m",
    "increase m",
    "irate m",
    "label_join vlll?l",
    "last_over_time m",
    "ln v",
    "log10 v",
    "log2 v",
    "max_over_time m",
    "min_over_time m",
    "minute ?v",
    "month ?v",
    "predict_linear ms",
    "present_over_time m",
    "quantile_over_time sm",
    "rad v",
    "rate m",
    "resets m",
    "round v?s",
    "sgn v",
    "sin v",
    "sinh v",
    "sort v",
    "sort_desc v",
    "sqrt v",
    "stddev_over_time m",
    "stdvar_over_time m",
    "sum_over_time m",
    "tan v",
    "tanh v",
    "timestamp v",
    "vector s",
    "year ?v",
    "label_replace vlrle",
    "double_exponential_smoothing muu",
    "first_over_time m",
    "histogram_quantiles vlu?u",
    "info v",
    "mad_over_time m",
    "sort_by_label v?l",
    "sort_by_label_desc v?l",
    "start_timestamp v",
    "ts_of_first_over_time m",
    "ts_of_last_over_time m",
    "ts_of_max_over_time m",
    "ts_of_min_over_time m",
    "integral m?s",
};

/// The same for aggregations; p: one with a parameter.
constexpr size_t kStableAggregates = 12;
constexpr std::array<std::string_view, 14> kAggregates{
    "sum v",    "avg v",   "count v",    "min v",       "max v",           "group v",   "stddev v",
    "stdvar v", "topk kv", "bottomk kv", "quantile uv", "count_values lv", "limitk kv", "limit_ratio uv"};

constexpr std::array<std::string_view, 7> kArithmetic{"+", "-", "*", "/", "%", "^", "atan2"};
constexpr std::array<std::string_view, 6> kComparisons{"==", "!=", "<", ">", "<=", ">="};
constexpr std::array<std::string_view, 3> kSets{"and", "or", "unless"};
constexpr std::array<std::string_view, 4> kMatches{"=", "!=", "=~", "!~"};
constexpr std::array<std::string_view, 12> kNumbers{"0",   "1", "2",  "0.5", "10", "100",
                                                    "1.5", "3", "60", "0.1", "7",  "0.99"};
constexpr std::array<std::string_view, 14> kOddNumbers{"0x1F", "017", "1_000", "1e3", "2.5E-3", ".5",    "5.",
                                                       "Inf",  "nan", "1h30m", "90s", "1e-7",   "1e+22", "123456789"};
constexpr std::array<std::string_view, 8> kDurations{"1m", "5m", "30s", "90s", "10m", "1h", "1h30m", "2m"};

std::string_view name_of(std::string_view call) { return call.substr(0, call.find(' ')); }

bool is_word(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

}  // namespace

RandomQuery::RandomQuery(uint64_t seed, QueryNames names, QueryShape shape)
    : random_(seed), names_(std::move(names)), shape_(std::move(shape)) {}

std::vector<std::string_view> RandomQuery::functions() {
  std::vector<std::string_view> names;
  for (const std::string_view call : kCalls) names.push_back(name_of(call));
  for (const std::string_view name : {"pi", "time", "scalar", "start", "end", "step", "range", "min_of", "max_of"}) {
    names.push_back(name);
  }
  return names;
}

bool RandomQuery::may(std::string_view what) const {
  return std::find(shape_.without.begin(), shape_.without.end(), what) == shape_.without.end();
}

std::string RandomQuery::space() {
  if (!shape_.odd_text || !one_in(4)) return " ";
  static constexpr std::array<std::string_view, 4> kSpaces{"\n", "\t ", "  ", " # note\n"};
  return std::string(pick(kSpaces));
}

/// A keyword, now and then in capitals.
std::string RandomQuery::word(std::string_view keyword) {
  std::string out(keyword);
  if (shape_.odd_text && one_in(6)) {
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  }
  return out;
}

std::string RandomQuery::text(std::string_view value) {
  const bool single = shape_.odd_text && one_in(4);
  const char quote = single ? '\'' : '"';
  std::string out(1, quote);
  for (const char c : value) {
    if (c == quote || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + quote;
}

std::string RandomQuery::label(const std::string& name) { return is_word(name) ? name : text(name); }

std::string RandomQuery::number() {
  std::string out(shape_.odd_text && one_in(3) ? pick(kOddNumbers) : pick(kNumbers));
  return one_in(8) ? "-" + out : out;
}

std::string RandomQuery::duration() {
  if (shape_.odd_text && one_in(6)) return "300";
  return std::string(pick(kDurations));
}

/// What stands in brackets.
std::string RandomQuery::range() {
  if (!shape_.experimental || !may("duration_expr") || !one_in(8)) return duration();
  switch (below(5)) {
    case 0: return duration() + " + step()";
    case 1: return "max_of(step(), " + duration() + ")";
    case 2: return "(" + duration() + " + 1m) * 2";
    case 3: return "1m + range() % 2m";
    default: return "2 * " + duration();
  }
}

std::string RandomQuery::matcher() {
  const std::string_view op = pick(kMatches);
  const std::string& value = pick(names_.values);
  if (op[1 - (op.size() == 1 ? 1 : 0)] != '~') return label(pick(names_.labels)) + std::string(op) + text(value);
  static constexpr std::array<std::string_view, 4> kRegexes{".*", ".+", "a|b", "[a-m].*"};
  const bool known = is_word(value) && one_in(2);
  return label(pick(names_.labels)) + std::string(op) + text(known ? value + "|" : std::string(pick(kRegexes)));
}

std::string RandomQuery::selector() {
  const std::string& metric = pick(names_.metrics);
  std::string inside;
  const auto add = [&](const std::string& part) { inside += (inside.empty() ? "" : ",") + part; };
  const bool plain = is_word(metric);
  if (!plain) add(text(metric));
  for (uint64_t i = below(8); i >= 6; --i) add(matcher());
  if (inside.empty()) return metric;
  if (shape_.odd_text && one_in(4)) inside += ", ";
  return (plain ? metric : "") + "{" + inside + "}";
}

std::string RandomQuery::modifiers() {
  std::string out;
  if (may("offset") && one_in(6)) out += space() + word("offset") + space() + (one_in(3) ? "-" : "") + duration();
  if (may("@") && one_in(10)) {
    static constexpr std::array<std::string_view, 2> kEnds{"start()", "end()"};
    out += space() + "@" + space() + std::string(pick(kEnds));
  }
  return out;
}

std::string RandomQuery::instant_selector() {
  std::string out = selector();
  if (shape_.experimental && may("smoothed") && one_in(20)) out += space() + word("smoothed");
  return out + modifiers();
}

std::string RandomQuery::any() {
  switch (below(10)) {
    case 0: return scalar();
    case 1: return matrix();
    case 2: return one_in(3) ? text(pick(names_.values)) : vector();
    default: return vector();
  }
}

std::string RandomQuery::scalar(int depth) {
  if (depth <= 0) return number();
  switch (below(10)) {
    case 0: return one_in(2) ? "time()" : "pi()";
    case 1: return "scalar(" + vector(depth - 1) + ")";
    case 2: return "(" + scalar(depth - 1) + ")";
    case 3: return "-(" + scalar(depth - 1) + ")";
    case 4: return scalar(depth - 1) + space() + word(pick(kArithmetic)) + space() + scalar(depth - 1);
    case 5:
      return scalar(depth - 1) + space() + std::string(pick(kComparisons)) + space() + word("bool") + space() +
             scalar(depth - 1);
    case 6: {
      static constexpr std::array<std::string_view, 4> kTimes{"start", "end", "step", "range"};
      const std::string_view name = pick(kTimes);
      if (shape_.experimental && may(name)) return std::string(name) + "()";
      return number();
    }
    case 7: {
      const std::string name = one_in(2) ? "min_of" : "max_of";
      if (shape_.experimental && may(name)) return name + "(" + scalar(depth - 1) + ", " + scalar(depth - 1) + ")";
      return number();
    }
    default: return number();
  }
}

std::string RandomQuery::matrix(int depth) {
  if (depth > 1 && may("subquery") && one_in(5)) {
    const std::string step = one_in(3) ? "" : std::string(one_in(2) ? "30s" : "1m");
    std::string inner = one_in(2) ? instant_selector() : "(" + vector(depth - 2) + ")";
    return inner + "[" + range() + ":" + step + "]" + modifiers();
  }
  std::string out = selector() + "[" + range() + "]";
  return out + modifiers();
}

std::string RandomQuery::vector(int depth) {
  if (depth <= 0) return instant_selector();
  switch (below(16)) {
    case 0:
    case 1: return instant_selector();
    case 2: return "(" + vector(depth - 1) + ")";
    case 3: return "-" + (one_in(2) ? instant_selector() : "(" + vector(depth - 1) + ")");
    case 4:
    case 5:
    case 6:
    case 7: return aggregate(depth);
    case 8:
    case 9: return binary(depth);
    case 10: return set_operation(depth);
    default: return call(depth);
  }
}

std::string RandomQuery::call(int depth) {
  const std::string_view chosen = kCalls[below(shape_.experimental ? kCalls.size() : kStableCalls)];
  const std::string name(name_of(chosen));
  if (!may(name)) return instant_selector();
  static constexpr std::array<std::string_view, 5> kEdges{"rate", "increase", "delta", "changes", "resets"};
  if (shape_.experimental && one_in(10) && std::find(kEdges.begin(), kEdges.end(), name) != kEdges.end()) {
    const bool anchored = one_in(2) || name == "changes" || name == "resets";
    const std::string mode = anchored ? "anchored" : "smoothed";
    if (may(mode)) return name + "(" + selector() + "[" + range() + "] " + mode + modifiers() + ")";
  }
  std::string out = name + "(";
  bool first = true;
  for (const char kind : chosen.substr(name.size() + 1)) {
    if (kind == '?') {
      if (one_in(2)) break;
      continue;
    }
    if (!first) out += one_in(4) ? "," : ", ";
    out += argument(kind, depth - 1);
    first = false;
  }
  return out + ")";
}

std::string RandomQuery::argument(char kind, int depth) {
  static constexpr std::array<std::string_view, 5> kShares{"0.5", "0.9", "0.1", "0.25", "0.99"};
  static constexpr std::array<std::string_view, 3> kReplacements{"$1", "x-$1", "new"};
  static constexpr std::array<std::string_view, 4> kRegexes{"(.*)", "(.)(.*)", "(a|b).*", ".+"};
  switch (kind) {
    case 'v': return vector(depth);
    case 'm': return matrix(depth);
    case 's': return one_in(3) ? scalar(depth) : number();
    case 'u': return std::string(pick(kShares));
    case 'k': return std::to_string(1 + below(5));
    case 'l': return text(pick(names_.labels));
    case 'r': return text(pick(kReplacements));
    default: return text(pick(kRegexes));
  }
}

/// `(a, b)`.
std::string RandomQuery::label_list(size_t most) {
  std::string out = "(";
  const uint64_t count = below(most + 1);
  for (uint64_t i = 0; i < count; ++i) out += (i == 0 ? "" : ", ") + label(pick(names_.labels));
  if (shape_.odd_text && count > 0 && one_in(4)) out += ",";
  return out + ")";
}

std::string RandomQuery::aggregate(int depth) {
  const std::string_view chosen = kAggregates[below(shape_.experimental ? kAggregates.size() : kStableAggregates)];
  const std::string_view name = name_of(chosen);
  if (!may(name)) return instant_selector();
  std::string inside = "(";
  if (chosen.size() == name.size() + 3) inside += argument(chosen[name.size() + 1], 0) + ", ";
  inside += vector(depth - 1) + ")";
  const std::string keyword = word(name);
  const uint64_t where = below(4);
  if (where == 0) return keyword + inside;
  const std::string clause = word(one_in(3) ? "without" : "by") + space() + label_list(2);
  return where == 1 ? keyword + inside + space() + clause : keyword + space() + clause + space() + inside;
}

/// What stands behind an operator between two vectors.
std::string RandomQuery::between_vectors() {
  if (one_in(3)) return "";
  const std::string& matched = pick(names_.labels);
  const bool on = one_in(2);
  std::string out = word(on ? "on" : "ignoring") + space() + "(" + label(matched) + ")" + space();
  if (may("group_left") && one_in(3)) {
    out += word(one_in(2) ? "group_left" : "group_right");
    const std::string& included = pick(names_.labels);
    // Without its own parentheses it would take those of the right side.
    out += space() + "(" + (included == matched || one_in(2) ? "" : label(included)) + ")" + space();
  }
  if (shape_.experimental && may("fill") && one_in(5)) {
    static constexpr std::array<std::string_view, 3> kFills{"fill", "fill_left", "fill_right"};
    // Behind a comment the parenthesis would not make it a keyword.
    out += word(pick(kFills)) + " (" + number() + ")" + space();
  }
  return out;
}

std::string RandomQuery::binary(int depth) {
  const bool compares = one_in(3);
  std::string op = compares ? std::string(pick(kComparisons)) : word(pick(kArithmetic));
  if (!may(op)) op = "+";
  op = space() + op + space();
  if (compares && one_in(2)) op += word("bool") + space();
  switch (below(4)) {
    // In parentheses, so that no operator around it takes the scalar with `on (…)`.
    case 0: return "((" + scalar(depth - 1) + ")" + op + "(" + vector(depth - 1) + "))";
    case 1: return "((" + vector(depth - 1) + ")" + op + "(" + scalar(depth - 1) + "))";
    case 2: return instant_selector() + op + between_vectors() + instant_selector();
    default: return vector(depth - 1) + op + between_vectors() + vector(depth - 1);
  }
}

std::string RandomQuery::set_operation(int depth) {
  std::string out = vector(depth - 1) + space() + word(pick(kSets)) + space();
  if (one_in(2)) out += word(one_in(2) ? "on" : "ignoring") + space() + label_list(2) + space();
  return out + vector(depth - 1);
}

}  // namespace oreum::test
