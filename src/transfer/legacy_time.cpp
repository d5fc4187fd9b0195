#include "transfer/legacy_time.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <fmt/core.h>

#include "base/number.h"
#include "transfer/text_format.h"

namespace oreum::transfer {

namespace {

struct UnitName {
  std::string_view name;
  std::string_view words;
  double per_ms;  // units in a millisecond
};
constexpr std::array<UnitName, 4> kUnits{
    {{"s", "seconds", 1e-3}, {"ms", "milliseconds", 1}, {"us", "microseconds", 1e3}, {"ns", "nanoseconds", 1e6}}};

// A number is taken for a time only from 2000 to tomorrow. In these bounds no number is a time in two units.
constexpr double kFirstMs = 946'684'800'000;
constexpr double kDayMs = 86'400'000;

const UnitName& name_of(TimeUnit unit) { return kUnits.at(static_cast<size_t>(unit)); }

/// "Z", "+09:00", "-0330" as milliseconds east of UTC.
std::optional<milliseconds> offset_of(std::string_view zone) {
  if (zone == "UTC" || zone == "utc" || zone == "Z") return milliseconds(0);
  if (zone.size() < 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto t = parse_timestamp(fmt::format("2000-01-01T00:00:00{}", zone));
  if (!t) return std::nullopt;
  return milliseconds(static_cast<int64_t>(kFirstMs) - t->ms);
}

bool is_zone_name(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  if (name.empty() || name.front() == '/' || name.find_first_not_of(kAllowed) != std::string_view::npos) return false;
  std::error_code ec;
  return std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / name, ec);
}

std::tm fields_of(time_t as_utc) {
  std::tm fields{};
  ::gmtime_r(&as_utc, &fields);
  return fields;
}

bool same_clock(const std::tm& a, const std::tm& b) {
  return a.tm_year == b.tm_year && a.tm_yday == b.tm_yday && a.tm_hour == b.tm_hour && a.tm_min == b.tm_min &&
         a.tm_sec == b.tm_sec;
}

/// The time at which a clock of the process' zone shows these fields; none when it never does.
std::optional<time_t> when_shown(const std::tm& fields, int dst) {
  std::tm copy = fields;
  copy.tm_isdst = dst;
  const time_t t = ::mktime(&copy);
  std::tm shown{};
  if (::localtime_r(&t, &shown) == nullptr || !same_clock(shown, fields)) return std::nullopt;
  return t;
}

/// Whether an ISO time ends with a zone.
bool has_zone(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return true;
  return text.find_first_of("+-", 19) != std::string_view::npos;
}

std::string shown(double number) { return fmt::format("{}", number); }

}  // namespace

Result<std::optional<TimeUnit>> parse_time_unit(std::string_view text) {
  if (text == "auto") return std::optional<TimeUnit>();
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits.at(i).name == text) return std::optional(static_cast<TimeUnit>(i));
  }
  return Error(Code::kInvalidArgument, fmt::format("\"{}\" is no unit of time: expected auto, s, ms, us or ns", text));
}

Result<TimeColumn> TimeColumn::make(const TimeOptions& options, TimestampMs now) {
  TimeColumn column(options, now);
  column.offset_ = offset_of(options.zone);
  if (column.offset_) return column;
  if (!is_zone_name(options.zone)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("--timezone {}: expected UTC, an offset like +09:00, or a name like Asia/Seoul that this "
                             "machine knows",
                             options.zone));
  }
  ::setenv("TZ", options.zone.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): before other threads start
  ::tzset();
  return column;
}

std::optional<TimeUnit> TimeColumn::unit_of(double number) const {
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const double ms = number / kUnits.at(i).per_ms;
    if (ms >= kFirstMs && ms <= static_cast<double>(now_.ms) + kDayMs) return static_cast<TimeUnit>(i);
  }
  return std::nullopt;
}

void TimeColumn::see(uint64_t row, const TimeCell& cell) {
  std::optional<double> number;
  if (cell.type == TimeCell::Type::kInteger) number = static_cast<double>(cell.integer);
  if (cell.type == TimeCell::Type::kReal) number = cell.real;
  if (cell.type == TimeCell::Type::kText) number = parse_double(trim(cell.text));
  if (!number) return;
  const std::optional<TimeUnit> unit = unit_of(*number);
  Seen& seen = unit ? units_.at(static_cast<size_t>(*unit)) : odd_;
  if (seen.count++ > 0) return;
  seen.first_row = row;
  seen.first = *number;
}

Status TimeColumn::decide() {
  if (options_.unit) return {};
  std::string found;
  size_t kinds = 0;
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const Seen& seen = units_.at(i);
    if (seen.count == 0) continue;
    options_.unit = static_cast<TimeUnit>(i);
    found += fmt::format("{}{} look like {} (row {}: {})", kinds > 0 ? " and " : "", seen.count, kUnits.at(i).words,
                         seen.first_row, shown(seen.first));
    ++kinds;
  }
  if (kinds > 1) {
    return Error(
        Code::kInvalidArgument,
        fmt::format("column timestamp: of the numbers {}: say which they are with --timestamps s|ms|us|ns", found));
  }
  if (kinds == 0 && odd_.count > 0) {
    return Error(
        Code::kInvalidArgument,
        fmt::format("column timestamp: {} numbers are no time since 2000 in any unit (row {}: {}): say what they "
                    "are with --timestamps s|ms|us|ns",
                    odd_.count, odd_.first_row, shown(odd_.first)));
  }
  return {};
}

Result<TimestampMs> TimeColumn::read(const TimeCell& cell) {
  switch (cell.type) {
    case TimeCell::Type::kInteger: return read_number(static_cast<double>(cell.integer));
    case TimeCell::Type::kReal: return read_number(cell.real);
    case TimeCell::Type::kText: break;
    case TimeCell::Type::kOther: return Error(Code::kInvalidArgument, "the timestamp is NULL or binary");
  }
  const std::string_view text = trim(cell.text);
  const std::optional<double> number = parse_double(text);
  return number ? read_number(*number) : read_text(text);
}

Result<TimestampMs> TimeColumn::read_number(double number) const {
  const std::optional<TimeUnit> unit = unit_of(number);
  if (!options_.unit || (unit && *unit != *options_.unit)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the timestamp {} is of another unit than the others", shown(number)));
  }
  if (!unit && !told_) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the timestamp {} is no time since 2000 in {} (--timestamps {} takes it all the same)",
                             shown(number), name_of(*options_.unit).words, name_of(*options_.unit).name));
  }
  const double ms = number / name_of(*options_.unit).per_ms;
  if (!(std::fabs(ms) <= static_cast<double>(kMaxTimeMs))) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the timestamp {} is no time in {}", shown(number), name_of(*options_.unit).words));
  }
  return TimestampMs{std::llround(ms)};
}

Result<TimestampMs> TimeColumn::read_text(std::string_view text) {
  const Error bad(Code::kInvalidArgument,
                  fmt::format("the timestamp \"{}\" is neither ISO 8601 nor a number", text.substr(0, 64)));
  if (text.size() < 19 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return bad;
  std::string whole(text);
  std::erase_if(whole, [at = 0](char c) mutable { return at++ > 18 && c == ' '; });  // "… 12:00:00 +0900"
  const bool zoned = has_zone(whole);
  const auto t = parse_timestamp(zoned ? whole : whole + "Z");
  if (!t) return bad;
  if (zoned) return *t;
  ++without_zone_;
  if (offset_) return *t - *offset_;
  return local(*t, text);
}

Result<TimestampMs> TimeColumn::local(TimestampMs as_utc, std::string_view text) {
  const int64_t ms = ((as_utc.ms % 1000) + 1000) % 1000;
  const std::tm fields = fields_of((as_utc.ms - ms) / 1000);
  const std::optional<time_t> standard = when_shown(fields, 0);
  const std::optional<time_t> summer = when_shown(fields, 1);
  if (!standard && !summer) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the time {} does not exist in {}: the clocks went forward", text, options_.zone));
  }
  if (standard && summer && *standard != *summer) ++repeated_;
  const time_t t =
      std::min(standard.value_or(*(summer ? summer : standard)), summer.value_or(*(standard ? standard : summer)));
  return TimestampMs{static_cast<int64_t>(t) * 1000 + ms};
}

std::vector<std::string> TimeColumn::notes() const {
  std::vector<std::string> notes;
  const bool numbers = std::any_of(units_.begin(), units_.end(), [](const Seen& s) { return s.count > 0; });
  if (numbers && options_.unit)
    notes.push_back(fmt::format("timestamps: numbers are {}", name_of(*options_.unit).words));
  if (without_zone_ > 0) {
    notes.push_back(fmt::format("timestamps: {} without a zone, taken as {} (--timezone says otherwise)", without_zone_,
                                options_.zone));
  }
  if (repeated_ > 0) {
    notes.push_back(
        fmt::format("timestamps: {} in the hour that comes twice when clocks go back, taken as the first", repeated_));
  }
  return notes;
}

}  // namespace oreum::transfer
