#include "base/time.h"

#include <array>
#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int64_t kDayMs = 86'400'000;

struct Unit {
  std::string_view name;
  int64_t ms;
};
// Prometheus' units, large to small; the order is the order they must come in.
constexpr std::array<Unit, 7> kUnits{
    {{"y", 365 * kDayMs}, {"w", 7 * kDayMs}, {"d", kDayMs}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

/// Two or four digits at a fixed place; -1 when they are not digits.
int digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error bad_time(std::string_view text) {
  return {Code::kInvalidArgument,
          fmt::format("time \"{}\": expected RFC 3339 (2026-01-31T12:00:00Z) or Unix seconds", text)};
}

/// Minutes east of UTC from "Z", "+09:00" or "-0330".
std::optional<int> zone_minutes(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() < 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const size_t minutes_at = zone[3] == ':' ? 4 : 3;
  const int hours = digits(zone, 1, 2);
  const int minutes = digits(zone, minutes_at, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || zone.size() != minutes_at + 2) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

Result<TimestampMs> parse_rfc3339(std::string_view text) {
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return bad_time(text);
  }
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad_time(text);
  size_t at = 19;
  int64_t fraction_ms = 0;
  if (at < text.size() && text[at] == '.') {
    int64_t scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      fraction_ms += (text[at] - '0') * scale;
    }
  }
  const std::optional<int> zone = zone_minutes(text.substr(at));
  if (!zone) return bad_time(text);
  const int64_t day_count = sys_days(date).time_since_epoch().count();
  return TimestampMs{day_count * kDayMs + (hour * 60 + minute - *zone) * 60'000LL + second * 1000LL + fraction_ms};
}

}  // namespace

std::string format_rfc3339(TimestampMs t) {
  int64_t day = t.ms / kDayMs;
  int64_t ms = t.ms % kDayMs;
  if (ms < 0) {
    ms += kDayMs;
    --day;
  }
  // Beyond what a calendar can name, the number says more than a wrong date.
  if (day < -719'468 || day > 2'932'896) return fmt::format("{}ms", t.ms);
  const year_month_day date{sys_days(days(day))};
  return fmt::format("{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}.{:03d}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

Result<TimestampMs> parse_timestamp(std::string_view text) {
  if (text.size() >= 20 && (text[10] == 'T' || text[10] == 't' || text[10] == ' ')) return parse_rfc3339(text);
  const std::optional<double> seconds = parse_double(text);
  constexpr double kLimit = 9.2e15;  // seconds whose milliseconds fit an int64
  if (!seconds || !std::isfinite(*seconds) || std::fabs(*seconds) > kLimit) return bad_time(text);
  return TimestampMs{static_cast<int64_t>(std::llround(*seconds * 1000.0))};
}

Result<milliseconds> parse_duration(std::string_view text) {
  const Error bad(Code::kInvalidArgument,
                  fmt::format("duration \"{}\": expected a number with a unit, like 30s, 5m, 1h30m, 15d or 1y", text));
  if (text.empty()) return bad;
  if (const std::optional<double> seconds = parse_double(text)) {
    if (!std::isfinite(*seconds) || *seconds < 0 || *seconds > 9.2e15) return bad;
    return milliseconds(std::llround(*seconds * 1000.0));
  }
  int64_t total = 0;
  size_t next_unit = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const std::optional<int64_t> count = parse_i64(text.substr(at, end - at));
    size_t unit_end = end;
    while (unit_end < text.size() && text[unit_end] >= 'a' && text[unit_end] <= 'z') ++unit_end;
    const std::string_view unit = text.substr(end, unit_end - end);
    size_t k = next_unit;
    while (k < kUnits.size() && kUnits[k].name != unit) ++k;
    int64_t part = 0;
    if (!count || k == kUnits.size() || __builtin_mul_overflow(*count, kUnits[k].ms, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return bad;
    }
    next_unit = k + 1;
    at = unit_end;
  }
  return milliseconds(total);
}

std::string format_duration(milliseconds d) {
  if (d.count() == 0) return "0s";
  std::string out;
  int64_t left = d.count();
  for (const Unit& unit : kUnits) {
    // Years and weeks only when nothing is left over: "8d" is easier to read than "1w1d".
    if ((unit.name == "y" || unit.name == "w") && left % unit.ms != 0) continue;
    if (left >= unit.ms) {
      out += fmt::format("{}{}", left / unit.ms, unit.name);
      left %= unit.ms;
    }
  }
  return out;
}

}  // namespace oreum
