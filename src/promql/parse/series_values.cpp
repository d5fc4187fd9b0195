#include "promql/parse/series_values.h"

#include <cctype>
#include <string>

#include <fmt/core.h>

#include "base/number.h"
#include "model/sample.h"
#include "promql/parse/parser.h"

namespace oreum::promql {

namespace {

// What one series of a test may have: a slip of the pen in a count must not take all memory.
constexpr size_t kMaxValues = 10'000'000;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Reads one item after the other.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<SeriesValues> read() {
    SeriesValues out;
    while (skip_blanks()) {
      const size_t end = item_end();
      const std::string_view item = text_.substr(at_, end - at_);
      TRY(read_item(item, out));
      at_ = end;
    }
    return out;
  }

 private:
  bool skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  size_t item_end() const {
    size_t end = at_;
    while (end < text_.size() && !is_blank(text_[end])) ++end;
    return end;
  }

  static Error bad(std::string_view item, std::string_view why) {
    return {Code::kInvalidArgument,
            fmt::format("\"{}\": {}; expected values like 5, 1+2x3, 4x2, _, _x3 or stale", item, why)};
  }

  static Status read_item(std::string_view item, SeriesValues& out) {
    if (item.starts_with("{{")) return bad(item, "native histograms are not supported");
    // The last x is the one before the count: hexadecimal numbers are none here.
    const size_t times = item.rfind('x');
    const std::string_view value = item.substr(0, times);
    if (times == std::string_view::npos) return read_plain(value, out);
    const std::optional<uint64_t> count = parse_u64(item.substr(times + 1));
    if (!count) return bad(item, "a whole number must stand behind x");
    if (*count > kMaxValues || out.size() + *count >= kMaxValues) return bad(item, "too many values");
    if (value == "_") {
      out.insert(out.end(), *count, std::nullopt);
      return {};
    }
    return read_sequence(item, value, *count, out);
  }

  static Status read_plain(std::string_view item, SeriesValues& out) {
    if (item == "_") {
      out.emplace_back(std::nullopt);
    } else if (item == "stale") {
      out.emplace_back(model::stale_marker());
    } else if (const std::optional<double> number = parse_double(item)) {
      out.emplace_back(number);
    } else {
      return bad(item, "not a number");
    }
    return {};
  }

  /// `a`, `a+b` or `a-b`, n + 1 times.
  static Status read_sequence(std::string_view item, std::string_view value, uint64_t n, SeriesValues& out) {
    const size_t sign = step_sign(value);
    const std::optional<double> first = parse_double(value.substr(0, sign));
    std::optional<double> step = 0.0;
    if (sign != std::string_view::npos) step = parse_double(value.substr(sign));
    if (!first || !step) return bad(item, "not a number");
    double v = *first;
    for (uint64_t i = 0; i <= n; ++i) {
      out.emplace_back(v);
      v += *step;  // as Prometheus does: rounding adds up
    }
    return {};
  }

  /// Where the step's sign stands: not the first's, and not an exponent's.
  static size_t step_sign(std::string_view value) {
    for (size_t i = 1; i < value.size(); ++i) {
      if (value[i] != '+' && value[i] != '-') continue;
      const bool exponent = (value[i - 1] == 'e' || value[i - 1] == 'E') && i > 1 && std::isalpha(value[i - 2]) == 0;
      if (!exponent) return i;
    }
    return std::string_view::npos;
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// Where the labels of a line end: behind the closing brace, or before the first blank.
size_t labels_end(std::string_view text) {
  char quote = 0;
  bool in_braces = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (in_braces && (c == '"' || c == '\'' || c == '`')) {
      quote = c;
    } else if (c == '{') {
      in_braces = true;
    } else if (c == '}') {
      return i + 1;
    } else if (!in_braces && is_blank(c)) {
      const size_t next = text.find_first_not_of(" \t", i);
      if (next == std::string_view::npos || text[next] != '{' || text.substr(next).starts_with("{{")) return i;
    }
  }
  return text.size();
}

}  // namespace

Result<SeriesValues> parse_series_values(std::string_view text) { return Reader(text).read(); }

Result<SeriesLine> parse_series_line(std::string_view text) {
  text = trim(text);
  const size_t end = labels_end(text);
  SeriesLine line;
  const std::string_view labels = trim(text.substr(0, end));
  if (labels != "{}") {
    TRY_ASSIGN(line.labels, parse_series_labels(labels));
  }
  TRY_ASSIGN(line.values, parse_series_values(text.substr(end)));
  return line;
}

}  // namespace oreum::promql
