#include "api/prometheus/form.h"

#include <cmath>

#include <fmt/core.h>

#include "base/number.h"
#include "model/labels.h"
#include "net/text.h"

namespace oreum::api::prometheus {

namespace {

// How Prometheus' clients write "from the beginning" and "to the end".
constexpr std::string_view kMinTime = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kMaxTime = "292277025-08-18T07:12:54.999999999Z";

std::optional<TimestampMs> parse_time(std::string_view text) {
  if (text == kMinTime) return TimestampMs::min();
  if (text == kMaxTime) return TimestampMs::max();
  if (const std::optional<double> seconds = parse_double(text)) {
    constexpr double kMs = 1000;
    constexpr double kLimit = 9.2e15;  // seconds whose milliseconds fit an int64
    if (std::isnan(*seconds) || *seconds <= -kLimit) return TimestampMs::min();
    if (*seconds >= kLimit) return TimestampMs::max();
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    return TimestampMs{(static_cast<int64_t>(whole) * 1000) + std::llround(fraction * kMs)};
  }
  // The date alone may be RFC 3339 here: parse_timestamp takes a number, too, which this is none.
  if (text.size() < 20 || text[10] != 'T') return std::nullopt;
  const Result<TimestampMs> parsed = parse_timestamp(text);
  if (!parsed) return std::nullopt;
  return *parsed;
}

std::string_view first_of(const net::Fields& fields, std::string_view name, bool& found) {
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    found = true;
    return value;
  }
  return {};
}

}  // namespace

std::string go_quoted(std::string_view text) {
  constexpr std::string_view kLetters = "\a\b\t\n\v\f\r";  // 7 to 13
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    size_t length = 1;
    while (c >= 0x80 && length <= 4 && !model::is_valid_utf8(text.substr(i, length))) ++length;
    if (c == '"' || c == '\\') {
      out += {'\\', text[i]};
    } else if (const size_t letter = kLetters.find(text[i]); letter != std::string_view::npos) {
      out += {'\\', "abtnvfr"[letter]};
    } else if (c < 0x20 || c == 0x7F || length > 4) {
      length = 1;
      out += fmt::format("\\x{:02x}", c);
    } else {
      out += text.substr(i, length);
    }
    i += length;
  }
  return out += '"';
}

Error invalid_parameter(std::string_view name, std::string_view why) {
  return {Code::kInvalidArgument, fmt::format("invalid parameter \"{}\": {}", name, why)};
}

Result<Form> Form::of(const net::Request& request) {
  Form form(request);
  if (request.method == "GET" || request.body.empty()) return form;
  Result<net::Fields> body = net::parse_form(request.body);
  if (!body) return Error(Code::kInvalidArgument, "error parsing form values: " + body.error().message());
  form.body_ = *std::move(body);
  return form;
}

std::string_view Form::get(std::string_view name) const {
  bool found = false;
  const std::string_view value = first_of(body_, name, found);
  return found ? value : first_of(request_.query, name, found);
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const net::Fields* fields : {&body_, &request_.query}) {
    for (const auto& [key, value] : *fields) {
      if (key == name) values.push_back(value);
    }
  }
  return values;
}

Result<TimestampMs> time_of(const Form& form, std::string_view name) {
  const std::string_view text = form.get(name);
  if (const std::optional<TimestampMs> t = parse_time(text)) return *t;
  return invalid_parameter(name, fmt::format("cannot parse {} to a valid timestamp", go_quoted(text)));
}

Result<TimestampMs> time_of(const Form& form, std::string_view name, TimestampMs otherwise) {
  if (form.get(name).empty()) return otherwise;
  const std::string_view text = form.get(name);
  if (const std::optional<TimestampMs> t = parse_time(text)) return *t;
  return invalid_parameter(
      name, fmt::format("invalid time value for '{}': cannot parse {} to a valid timestamp", name, go_quoted(text)));
}

Result<std::chrono::nanoseconds> parse_api_duration(std::string_view text) {
  constexpr double kNanoseconds = 1e9;
  constexpr double kMost = 9.2233720368547758e18;
  if (const std::optional<double> seconds = parse_double(text)) {
    const double ns = *seconds * kNanoseconds;
    if (!(ns < kMost && ns > -kMost)) {
      return Error(Code::kInvalidArgument,
                   fmt::format("cannot parse {} to a valid duration. It overflows int64", go_quoted(text)));
    }
    return std::chrono::nanoseconds(static_cast<int64_t>(ns));
  }
  const Result<milliseconds> parsed = parse_duration(text);
  constexpr milliseconds kLongest = std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds::max());
  if (!parsed || *parsed > kLongest) {
    return Error(Code::kInvalidArgument, fmt::format("cannot parse {} to a valid duration", go_quoted(text)));
  }
  return std::chrono::nanoseconds(*parsed);
}

Result<std::optional<std::chrono::nanoseconds>> duration_of(const Form& form, std::string_view name) {
  const std::string_view text = form.get(name);
  if (text.empty()) return std::optional<std::chrono::nanoseconds>();
  const Result<std::chrono::nanoseconds> parsed = parse_api_duration(text);
  if (!parsed) return invalid_parameter(name, parsed.error().message());
  return std::optional(*parsed);
}

Result<size_t> limit_of(const Form& form) {
  const std::string_view text = form.get("limit");
  if (text.empty()) return SIZE_MAX;
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const std::optional<int64_t> limit = parse_i64(digits);
  if (!limit)
    return invalid_parameter("limit", fmt::format("strconv.Atoi: parsing {}: invalid syntax", go_quoted(text)));
  if (*limit < 0) return invalid_parameter("limit", "limit must be non-negative");
  return *limit == 0 ? SIZE_MAX : static_cast<size_t>(*limit);
}

}  // namespace oreum::api::prometheus
