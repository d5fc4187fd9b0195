#include "promql/parse/literals.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::promql {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Underscores stand only between digits, or between 0x and a digit.
bool underscores_fit(std::string_view text, bool hex) {
  bool after_digit = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = is_digit(text[i]) || (hex && i >= 1);  // the x of 0x counts as one
    if (text[i] == '_') {
      if (!after_digit || i + 1 == text.size()) return false;
      after_digit = false;
      const char next = text[i + 1];
      if (!is_digit(next) && !(hex && std::isxdigit(static_cast<unsigned char>(next)) != 0)) return false;
    } else {
      after_digit = digit;
    }
  }
  return true;
}

/// Digits of a base, however many: exact below 2^64.
std::optional<double> parse_whole(std::string_view digits, int base) {
  uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  // Go reads it as an int64 first; what is too large for that is no number to it in these bases.
  if (value > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<double>(static_cast<int64_t>(value));
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  const bool hex = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  std::string digits(text);
  if (text.find('_') != std::string_view::npos) {
    if (!underscores_fit(text, hex)) return std::nullopt;
    std::erase(digits, '_');
  }
  if (hex) return parse_whole(std::string_view(digits).substr(2), 16);
  const bool whole = std::all_of(digits.begin(), digits.end(), is_digit);
  if (whole && digits.size() > 1 && digits[0] == '0') {
    if (const auto octal = parse_whole(std::string_view(digits).substr(1), 8)) return octal;
  }
  const std::optional<double> value = parse_double(digits);
  // Too large for a double is no number; "inf" is.
  if (value && std::isinf(*value) && is_digit(digits.back())) return std::nullopt;
  return value;
}

DurationLiteral parse_duration_literal(std::string_view text) {
  struct Unit {
    std::string_view name;
    int64_t ms;
  };
  static constexpr std::array<Unit, 7> kUnits{{{"y", 31'536'000'000},
                                               {"w", 604'800'000},
                                               {"d", 86'400'000},
                                               {"h", 3'600'000},
                                               {"m", 60'000},
                                               {"s", 1'000},
                                               {"ms", 1}}};
  constexpr int64_t kMax = INT64_MAX / 1'000'000;  // as nanoseconds it is an int64
  int64_t total = 0;
  size_t next_unit = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    size_t unit_end = end;
    while (unit_end < text.size() && !is_digit(text[unit_end])) ++unit_end;
    size_t k = next_unit;
    const std::string_view unit = text.substr(end, unit_end - end);
    if (end != at && std::ranges::find(kUnits, unit, &Unit::name) == kUnits.end()) {
      return {.error = fmt::format("unknown unit {} in duration {}", quote(unit), quote(text))};
    }
    while (k < kUnits.size() && kUnits[k].name != unit) ++k;
    if (end == at || k == kUnits.size()) {
      return {.error = fmt::format("not a valid duration string: {}", quote(text))};
    }
    const std::optional<int64_t> count = parse_i64(text.substr(at, end - at));
    if (!count || *count > kMax / kUnits[k].ms) return {.error = "duration out of range"};
    total += *count * kUnits[k].ms;
    if (total > kMax) return {.error = "duration out of range"};
    next_unit = k + 1;
    at = unit_end;
  }
  return {.value = milliseconds(total)};
}

}  // namespace oreum::promql
