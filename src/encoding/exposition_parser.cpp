#include "encoding/exposition_parser.h"

#include <functional>
#include <map>

#include <fmt/core.h>

#include "base/number.h"
#include "model/labels.h"

namespace oreum::encoding {

namespace {

using model::MetricType;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::optional<MetricType> parse_type(std::string_view word) {
  for (const MetricType type :
       {MetricType::kCounter, MetricType::kGauge, MetricType::kUntyped, MetricType::kHistogram, MetricType::kSummary}) {
    if (word == model::type_name(type)) return type;
  }
  return std::nullopt;
}

/// The name of the family that a sample's name may be a part of: cut by _bucket, _sum or _count; else empty.
std::string_view base_name(std::string_view name) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return {};
}

/// One line of the text, read from the left.
class LineReader {
 public:
  LineReader(std::string_view line, size_t number) : line_(line), number_(number) {}

  bool done() const { return at_ == line_.size(); }
  char peek() const { return done() ? '\0' : line_[at_]; }
  void skip_blanks() {
    while (!done() && is_blank(line_[at_])) ++at_;
  }
  bool take(char c) {
    if (done() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// Up to the next blank, or one of `stops`.
  std::string_view word(std::string_view stops = {}) {
    const size_t from = at_;
    while (!done() && !is_blank(line_[at_]) && stops.find(line_[at_]) == std::string_view::npos) ++at_;
    return line_.substr(from, at_ - from);
  }
  std::string_view rest() {
    const std::string_view left = line_.substr(at_);
    at_ = line_.size();
    return left;
  }

  size_t column() const { return at_ + 1; }
  Error error(std::string_view what) const { return error_at(column(), what); }
  Error error_at(size_t column, std::string_view what) const {
    return {Code::kInvalidArgument, fmt::format("line {}, column {}: {}", number_, column, what)};
  }

 private:
  std::string_view line_;
  size_t number_;
  size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(const ExpositionLimits& limits) : limits_(limits) {}

  Status line(std::string_view text, size_t number) {
    LineReader in(text, number);
    in.skip_blanks();
    if (in.done()) return {};
    if (in.take('#')) return comment(in);
    return sample(in);
  }

  std::vector<ParsedFamily> take_families() { return std::move(families_); }

 private:
  struct Seen {
    size_t index;        // in families_
    bool typed = false;  // by a TYPE line
  };

  Seen& family(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) return found->second;
    families_.push_back({std::string(name), std::nullopt, MetricType::kUntyped, {}});
    return by_name_.emplace(std::string(name), Seen{families_.size() - 1}).first->second;
  }

  Result<std::string_view> metric_name(LineReader& in, std::string_view stops) const {
    const size_t column = in.column();
    const std::string_view name = in.word(stops);
    if (!model::is_valid_metric_name(name)) return in.error_at(column, "expected a metric name");
    if (name.size() > limits_.label_bytes) return in.error_at(column, "the metric name is too long");
    return name;
  }

  /// "HELP name text" and "TYPE name type"; any other comment is one.
  Status comment(LineReader& in) {
    in.skip_blanks();
    const std::string_view keyword = in.word();
    if (keyword == "HELP") return help(in);
    if (keyword == "TYPE") return type(in);
    return {};
  }

  Status help(LineReader& in) {
    in.skip_blanks();
    TRY_ASSIGN(const std::string_view name, metric_name(in, {}));
    ParsedFamily& f = families_[family(name).index];
    if (f.help) return in.error(fmt::format("a second HELP line for {}", name));
    in.skip_blanks();
    const size_t column = in.column();
    const std::string_view text = in.rest();
    if (!model::is_valid_utf8(text)) return in.error_at(column, "the help text is not UTF-8");
    std::string& out = f.help.emplace();
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == 'n')) {
        out += text[++i] == 'n' ? '\n' : '\\';
      } else {
        out += text[i];
      }
    }
    return {};
  }

  Status type(LineReader& in) {
    in.skip_blanks();
    TRY_ASSIGN(const std::string_view name, metric_name(in, {}));
    in.skip_blanks();
    const size_t column = in.column();
    const std::optional<MetricType> parsed = parse_type(in.word());
    in.skip_blanks();
    if (!parsed || !in.done()) {
      return in.error_at(column, "expected one of counter, gauge, histogram, summary, untyped");
    }
    Seen& seen = family(name);
    ParsedFamily& f = families_[seen.index];
    if (seen.typed) return in.error_at(column, fmt::format("a second TYPE line for {}", name));
    if (!f.samples.empty()) return in.error_at(column, fmt::format("the TYPE of {} comes after its samples", name));
    seen.typed = true;
    f.type = *parsed;
    return {};
  }

  Status sample(LineReader& in) {
    if (++sample_count_ > limits_.samples) {
      return Error(Code::kResourceExhausted, fmt::format("more than {} samples", limits_.samples));
    }
    ParsedSample s;
    const size_t name_column = in.column();
    TRY_ASSIGN(const std::string_view name, metric_name(in, "{"));
    s.name = name;
    in.skip_blanks();
    if (in.take('{')) TRY(labels(in, s));
    TRY(value_and_time(in, s));
    ParsedFamily& f = family_of_sample(name);
    TRY(check_parts(in, name_column, f, s));
    f.samples.push_back(std::move(s));
    return {};
  }

  ParsedFamily& family_of_sample(std::string_view name) {
    if (const std::string_view base = base_name(name); !base.empty()) {
      const auto found = by_name_.find(base);
      if (found != by_name_.end()) {
        ParsedFamily& f = families_[found->second.index];
        const bool histogram = f.type == MetricType::kHistogram;
        if (histogram || (f.type == MetricType::kSummary && !name.ends_with("_bucket"))) return f;
      }
    }
    return families_[family(name).index];
  }

  /// The samples of a histogram are x_bucket{le}, x_sum, x_count; of a summary x{quantile}, x_sum, x_count.
  static Status check_parts(const LineReader& in, size_t column, const ParsedFamily& f, const ParsedSample& s) {
    const bool whole = s.name == f.name;
    const bool histogram = f.type == MetricType::kHistogram;
    if (histogram && whole) return in.error_at(column, "expected the _bucket, _sum or _count of a histogram");
    const bool bucket = histogram && s.name.size() == f.name.size() + 7;  // "_bucket"
    const bool quantile = f.type == MetricType::kSummary && whole;
    if (!bucket && !quantile) return {};
    const std::string_view wanted = bucket ? "le" : "quantile";
    for (const auto& [name, value] : s.labels) {
      if (name == wanted && parse_double(value)) return {};
    }
    return in.error_at(column, fmt::format("expected a label {} that is a number", wanted));
  }

  /// After the opening brace: name="value" with commas between, one more comma at the end allowed.
  Status labels(LineReader& in, ParsedSample& s) {
    for (;;) {
      in.skip_blanks();
      if (in.take('}')) return {};
      if (s.labels.size() == limits_.labels) return in.error(fmt::format("more than {} labels", limits_.labels));
      const size_t column = in.column();
      const std::string_view name = in.word("={},\"");
      if (!model::is_valid_label_name(name)) return in.error_at(column, "expected a label name or }");
      if (name.size() > limits_.label_bytes) return in.error_at(column, "the label name is too long");
      if (name == model::kMetricName) return in.error_at(column, "__name__ cannot be a label here");
      for (const auto& [other, unused] : s.labels) {
        if (other == name) return in.error_at(column, fmt::format("label {} comes twice", name));
      }
      in.skip_blanks();
      if (!in.take('=')) return in.error("expected =");
      in.skip_blanks();
      std::string value;
      TRY(quoted(in, value));
      s.labels.emplace_back(name, std::move(value));
      in.skip_blanks();
      if (!in.take(',') && in.peek() != '}') return in.error("expected , or }");
    }
  }

  Status quoted(LineReader& in, std::string& out) const {
    const size_t column = in.column();
    if (!in.take('"')) return in.error("expected \"");
    for (;;) {
      if (in.done()) return in.error("the label value does not end: expected \"");
      if (in.take('"')) break;
      if (out.size() >= limits_.label_bytes) return in.error_at(column, "the label value is too long");
      const char c = in.peek();
      in.take(c);
      if (c != '\\') {
        out += c;
      } else if (in.take('n')) {
        out += '\n';
      } else if (in.take('\\')) {
        out += '\\';
      } else if (in.take('"')) {
        out += '"';
      } else {
        return in.error("expected \\\\, \\\" or \\n");
      }
    }
    if (!model::is_valid_utf8(out)) return in.error_at(column, "the label value is not UTF-8");
    return {};
  }

  static Status value_and_time(LineReader& in, ParsedSample& s) {
    in.skip_blanks();
    size_t column = in.column();
    const std::optional<double> value = parse_double(in.word());
    if (!value) return in.error_at(column, "expected a number");
    s.value = *value;
    in.skip_blanks();
    if (in.done()) return {};
    column = in.column();
    const std::optional<int64_t> ms = parse_i64(in.word());
    in.skip_blanks();
    if (!ms || !in.done()) return in.error_at(column, "expected a time in whole milliseconds or the end of the line");
    s.t = TimestampMs{*ms};
    return {};
  }

  const ExpositionLimits& limits_;
  std::vector<ParsedFamily> families_;
  std::map<std::string, Seen, std::less<>> by_name_;
  size_t sample_count_ = 0;
};

}  // namespace

Result<std::vector<ParsedFamily>> parse_exposition(std::string_view text, const ExpositionLimits& limits) {
  if (text.size() > limits.bytes) {
    return Error(Code::kResourceExhausted, fmt::format("larger than {} bytes", limits.bytes));
  }
  Parser parser(limits);
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    ++number;
    if (end == std::string_view::npos) {
      return Error(
          Code::kInvalidArgument,
          fmt::format("line {}, column {}: expected a line feed at the end of the text", number, text.size() + 1));
    }
    TRY(parser.line(text.substr(0, end), number));
    text.remove_prefix(end + 1);
  }
  return parser.take_families();
}

}  // namespace oreum::encoding
