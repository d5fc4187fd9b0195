#include "base/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace oreum {

namespace {

template <typename T>
std::optional<T> parse_whole(std::string_view text, int base) {
  T value{};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) | 0x20U) != static_cast<unsigned char>(lower[i])) return false;
  }
  return true;
}

char* put(char* out, std::string_view text) { return std::copy(text.begin(), text.end(), out); }

/// A whole number of at least 2^53: the shortest digits that read back, then zeros, where to_chars' fixed form would
/// print digits that the double only happens to have.
char* write_large_whole(char* out, double value) {
  std::array<char, kApiDoubleSize> buf;
  const auto r = std::to_chars(buf.data(), buf.data() + buf.size(), value, std::chars_format::scientific);
  const std::string_view text(buf.data(), static_cast<size_t>(r.ptr - buf.data()));
  const size_t e = text.find('e');
  char* const digits = value < 0 ? out + 1 : out;
  for (const char c : text.substr(0, e)) {
    if (c != '.') *out++ = c;
  }
  const size_t exponent = *parse_u64(text.substr(e + 2));  // "e+20"
  char* const end = digits + exponent + 1;
  std::fill(out, end, '0');
  return end;
}

/// The shortest digits that read back as the same double, with an exponent of at least two digits for magnitudes below
/// `low` or from `high` on: Go's FormatFloat, 'g' with 1e-4 and 1e6, which Prometheus' text format uses. `out` has room
/// for kApiDoubleSize.
char* write_shortest(char* out, double value, double low, double high) {
  if (std::isnan(value)) return put(out, "NaN");
  if (std::isinf(value)) return put(out, value > 0 ? "+Inf" : "-Inf");
  char* const end = out + kApiDoubleSize;
  const double magnitude = std::fabs(value);
  // A whole number is the common case, and cheap.
  constexpr double kWhole = 1e15;
  if (magnitude < std::min(high, kWhole) && value == std::trunc(value) && !(value == 0 && std::signbit(value))) {
    return std::to_chars(out, end, static_cast<int64_t>(value)).ptr;
  }
  const bool exponent = value != 0 && (magnitude < low || magnitude >= high);
  if (!exponent && magnitude >= 0x1p53) return write_large_whole(out, value);
  return std::to_chars(out, end, value, exponent ? std::chars_format::scientific : std::chars_format::fixed).ptr;
}

void append_shortest(std::string& out, double value, double low, double high) {
  std::array<char, kApiDoubleSize> buf;
  out.append(buf.data(), write_shortest(buf.data(), value, low, high));
}

}  // namespace

std::optional<uint64_t> parse_u64(std::string_view text) { return parse_whole<uint64_t>(text, 10); }

std::optional<int64_t> parse_i64(std::string_view text) { return parse_whole<int64_t>(text, 10); }

std::optional<uint64_t> parse_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  return parse_whole<uint64_t>(text, 16);
}

std::optional<double> parse_double(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else if (equals_ignoring_case(text, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return std::nullopt;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return std::nullopt;
    if (parsed.ec == std::errc::result_out_of_range) {
      // Too large or too small to hold: an exponent's sign tells which.
      value = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos
                  ? 0.0
                  : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

void append_double(std::string& out, double value) { append_shortest(out, value, 1e-4, 1e6); }

constexpr double kApiLow = 1e-6;
constexpr double kApiHigh = 1e21;

void append_api_double(std::string& out, double value) { append_shortest(out, value, kApiLow, kApiHigh); }

char* write_api_double(char* out, double value) { return write_shortest(out, value, kApiLow, kApiHigh); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace oreum
