#include "transfer/text_parser.h"

#include <bit>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::transfer {

namespace {

constexpr size_t kMaxLabels = 256;          // of a series, as remote write
constexpr size_t kMaxLabelBytes = 65'536;   // of a name or value, as remote write
constexpr size_t kMaxRemembered = 100'000;  // series

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Error expected(size_t at, std::string_view what) {
  return {Code::kInvalidArgument, fmt::format("column {}: {}", at + 1, what)};
}

size_t skip_blanks(std::string_view line, size_t at) {
  while (at < line.size() && is_blank(line[at])) ++at;
  return at;
}

/// The end of the word that begins here.
size_t word_end(std::string_view line, size_t at) {
  while (at < line.size() && !is_blank(line[at])) ++at;
  return at;
}

/// Where the series of a sample line ends: behind its closing brace, or its name.
Result<size_t> series_end(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && line[at] != '{' && !is_blank(line[at])) ++at;
  const size_t open = skip_blanks(line, at);
  if (open == line.size() || line[open] != '{') return at;
  bool quoted = false;
  for (size_t i = open + 1; i < line.size(); ++i) {
    if (quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == '}' && !quoted) {
      return i + 1;
    }
  }
  return expected(line.size(), quoted ? "expected \" at the end of a label's value" : "expected }");
}

/// The name and labels of one series text.
class SeriesParser {
 public:
  explicit SeriesParser(std::string_view text) : text_(text) {}

  Result<model::Labels> parse() {
    while (at_ < text_.size() && text_[at_] != '{' && !is_blank(text_[at_])) ++at_;
    if (at_ > 0) {
      if (!model::is_valid_metric_name(text_.substr(0, at_))) return expected(0, "expected a metric name");
      TRY(add(0, std::string(model::kMetricName), std::string(text_.substr(0, at_))));
    }
    at_ = skip_blanks(text_, at_);
    if (at_ < text_.size()) TRY(pairs());
    std::vector<model::Label> labels;
    bool named = false;
    for (const auto& [name, value] : found_) {
      labels.push_back({name, value});
      named |= name == model::kMetricName && !value.empty();
    }
    if (!named) return expected(0, "expected a metric name");
    return model::Labels::of(labels);
  }

 private:
  /// {"quoted name", a="b", "quoted label"="c",}
  Status pairs() {
    ++at_;
    for (;;) {
      at_ = skip_blanks(text_, at_);
      if (peek() == '}') return {};
      const size_t start = at_;
      std::string name;
      const bool quoted_name = peek() == '"';
      if (quoted_name) {
        TRY_ASSIGN(name, quoted());
      } else {
        while (at_ < text_.size() && std::string_view("=,}\" \t").find(text_[at_]) == std::string_view::npos) ++at_;
        name = text_.substr(start, at_ - start);
        if (!model::is_valid_label_name(name)) return expected(start, "expected a label name or }");
      }
      at_ = skip_blanks(text_, at_);
      if (peek() == '=') {
        at_ = skip_blanks(text_, at_ + 1);
        TRY_ASSIGN(std::string value, quoted());
        TRY(add(start, std::move(name), std::move(value)));
      } else if (quoted_name) {
        TRY(add(start, std::string(model::kMetricName), std::move(name)));
      } else {
        return expected(at_, "expected =");
      }
      at_ = skip_blanks(text_, at_);
      if (peek() == ',') {
        ++at_;
      } else if (peek() != '}') {
        return expected(at_, "expected , or }");
      }
    }
  }

  Status add(size_t column, std::string name, std::string value) {
    if (name.empty()) return expected(column, "a label without a name");
    if (found_.size() == kMaxLabels) return expected(column, fmt::format("more than {} labels", kMaxLabels));
    if (name.size() > kMaxLabelBytes || value.size() > kMaxLabelBytes) {
      return expected(column, fmt::format("a label of more than {} bytes", kMaxLabelBytes));
    }
    if (!model::is_valid_utf8(name) || !model::is_valid_utf8(value)) return expected(column, "a label is not UTF-8");
    for (const auto& [other, unused] : found_) {
      if (other == name) return expected(column, fmt::format("label {} comes twice", name));
    }
    found_.emplace_back(std::move(name), std::move(value));
    return {};
  }

  Result<std::string> quoted() {
    if (peek() != '"') return expected(at_, "expected \"");
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c != '\\') {
        out += c;
        continue;
      }
      ++at_;
      if (peek() != 'n' && peek() != '\\' && peek() != '"') return expected(at_, "expected \\\\, \\\" or \\n");
      out += peek() == 'n' ? '\n' : peek();
    }
    return expected(at_, "expected \"");
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<std::pair<std::string, std::string>> found_;
};

/// Seconds with decimals as whole milliseconds, rounded; none when it is no number or beyond the calendar.
std::optional<int64_t> seconds_to_ms(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const size_t dot = rest.find('.');
  const std::string_view whole = rest.substr(0, dot);
  const std::string_view decimals = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  const std::optional<uint64_t> seconds = parse_u64(whole);
  const bool digits_only = decimals.find_first_not_of("0123456789") == std::string_view::npos;
  if (!seconds || !digits_only) {  // an exponent, perhaps
    const std::optional<double> number = parse_double(text);
    if (!number || !(std::fabs(*number) * 1000 <= static_cast<double>(kMaxTimeMs))) return std::nullopt;
    return std::llround(*number * 1000);
  }
  if (*seconds > static_cast<uint64_t>(kMaxTimeMs) / 1000) return std::nullopt;
  auto ms = static_cast<int64_t>(*seconds) * 1000;
  int64_t scale = 100;
  for (size_t i = 0; i < decimals.size() && i < 3; ++i, scale /= 10) ms += (decimals[i] - '0') * scale;
  if (decimals.size() > 3 && decimals[3] >= '5') ++ms;
  return negative ? -ms : ms;
}

Result<TimestampMs> parse_time(std::string_view text, size_t at, TextFormat format) {
  if (format == TextFormat::kOpenMetrics) {
    if (const auto ms = seconds_to_ms(text)) return TimestampMs{*ms};
    const std::optional<int64_t> number = parse_i64(text);
    return expected(at, number ? "the time is no time in seconds: if the file has milliseconds, say --format prometheus"
                               : "expected a time in seconds");
  }
  const std::optional<int64_t> ms = parse_i64(text);
  if (ms && *ms >= -kMaxTimeMs && *ms <= kMaxTimeMs) return TimestampMs{*ms};
  return expected(at, "expected a time in whole milliseconds: if the file has seconds, say --format openmetrics");
}

/// Numbers as they mostly are, without an exponent or an odd name, are read in place by parse_double.
std::optional<double> parse_value(std::string_view text) {
  const std::optional<double> value = parse_double(text);
  if (value && std::isnan(*value)) return std::bit_cast<double>(kPlainNanBits);
  return value;
}

}  // namespace

Result<const model::Series*> TextParser::series_of(std::string_view text) {
  if (last_ != nullptr && text == last_text_) return last_;
  auto found = series_.find(text);
  if (found == series_.end()) {
    TRY_ASSIGN(model::Labels labels, SeriesParser(text).parse());
    found = series_.emplace(std::string(text), std::make_unique<const model::Series>(std::move(labels))).first;
  }
  last_text_ = text;
  last_ = found->second.get();
  return last_;
}

Result<TextParser::Kind> TextParser::parse(std::string_view line, Sample& out) {
  if (line.empty()) return Kind::kNothing;
  size_t at = 0;
  // The series of the line before, most often.
  const bool repeated = last_ != nullptr && line.size() > last_text_.size() && line.starts_with(last_text_) &&
                        is_blank(line[last_text_.size()]) && !last_text_.empty();
  if (repeated && skip_blanks(line, last_text_.size()) < line.size() &&
      line[skip_blanks(line, last_text_.size())] != '{') {
    out.series = last_;
    at = last_text_.size();
  } else {
    const size_t start = skip_blanks(line, 0);
    if (start == line.size()) return Kind::kNothing;
    if (line[start] == '#') {
      return trim(line.substr(start)) == "# EOF" ? Kind::kEnd : Kind::kNothing;
    }
    if (start > 0) return expected(0, "expected a metric name at the start of the line");
    TRY_ASSIGN(at, series_end(line));
    TRY_ASSIGN(out.series, series_of(line.substr(0, at)));
  }
  const size_t value_at = skip_blanks(line, at);
  const size_t value_end = word_end(line, value_at);
  const std::optional<double> value = parse_value(line.substr(value_at, value_end - value_at));
  if (!value) return expected(value_at, "expected a number");
  out.v = *value;
  const size_t time_at = skip_blanks(line, value_end);
  const size_t time_end = word_end(line, time_at);
  if (time_at == line.size() || line[time_at] == '#') {
    return expected(time_at, "expected a time: a sample without one cannot be put anywhere");
  }
  const std::string_view time = line.substr(time_at, time_end - time_at);
  TRY_ASSIGN(out.t, parse_time(time, time_at, format_));
  if (std::isnan(out.v)) out.v = nan_in_time(time).value_or(out.v);
  const size_t rest = skip_blanks(line, time_end);
  if (rest == line.size()) return Kind::kSample;
  if (line[rest] != '#') return expected(rest, "expected the end of the line");
  return Kind::kSample;  // an exemplar
}

void TextParser::forget() {
  if (series_.size() < kMaxRemembered) return;
  series_.clear();
  last_ = nullptr;
  last_text_.clear();
}

}  // namespace oreum::transfer
