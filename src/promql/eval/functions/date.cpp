// Dates: values are seconds since 1970 in UTC.
#include <chrono>
#include <cmath>
#include <cstdint>

#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

constexpr int64_t kDay = 86400;

/// Days and the rest of a day, of whole seconds rounded towards zero. What no 64-bit integer holds counts as the least
/// one; and before Go's first year, years come from the other end of its 64 bits, as in Prometheus.
struct Moment {
  explicit Moment(double v) {
    constexpr double kTooLarge = 0x1p63;
    constexpr int64_t kFirst = -9'223'372'028'715'321'600;  // -292277022399-01-01
    const int64_t seconds = v >= -kTooLarge && v < kTooLarge ? static_cast<int64_t>(v) : INT64_MIN;
    if (seconds < kFirst) {
      const auto wrapped = static_cast<uint64_t>(seconds);
      days = static_cast<int64_t>(wrapped / kDay);
      second = static_cast<int>(wrapped % kDay);
      return;
    }
    days = seconds / kDay - (seconds % kDay < 0 ? 1 : 0);
    second = static_cast<int>(seconds - days * kDay);
  }
  int64_t days;  // since 1970
  int second;    // of the day
};

bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

struct Date {
  /// Counts in years that begin in March, so that the odd day is their last; 400 of them have 146,097 days.
  explicit Date(int64_t days_since_1970) {
    constexpr int64_t kEraDays = 146'097;
    const int64_t days = days_since_1970 + 719'468;  // since 0000-03-01
    const int64_t era = (days >= 0 ? days : days - (kEraDays - 1)) / kEraDays;
    const int64_t in_era = days - era * kEraDays;
    const int64_t year_of_era = (in_era - in_era / 1460 + in_era / 36'524 - in_era / 146'096) / 365;
    const int64_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * in_year + 2) / 153;
    day = static_cast<int>(in_year - (153 * from_march + 2) / 5) + 1;
    month = static_cast<int>(from_march < 10 ? from_march + 3 : from_march - 9);
    year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const int before_march = is_leap(year) ? 60 : 59;
    day_of_year = static_cast<int>(from_march < 10 ? in_year + before_march : in_year - 306) + 1;
  }
  int64_t year;
  int month;        // 1 … 12
  int day;          // 1 … 31
  int day_of_year;  // 1 … 366
};

int month_length(const Date& date) {
  if (date.month == 2) return is_leap(date.year) ? 29 : 28;
  return date.month == 4 || date.month == 6 || date.month == 9 || date.month == 11 ? 30 : 31;
}

template <typename F>
void map_dates(Column& values, F&& f) {
  map_values(values, [&](double v) { return static_cast<double>(f(Date(Moment(v).days))); });
}

}  // namespace

void day_of_month(const PointCall& /*call*/, Column& values) {
  map_dates(values, [](const Date& d) { return d.day; });
}
void day_of_year(const PointCall& /*call*/, Column& values) {
  map_dates(values, [](const Date& d) { return d.day_of_year; });
}
void days_in_month(const PointCall& /*call*/, Column& values) { map_dates(values, month_length); }
void month(const PointCall& /*call*/, Column& values) {
  map_dates(values, [](const Date& d) { return d.month; });
}
void year(const PointCall& /*call*/, Column& values) {
  map_dates(values, [](const Date& d) { return d.year; });
}

/// Sunday is 0; 1970 began on a Thursday.
void day_of_week(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) { return static_cast<double>(((Moment(v).days + 4) % 7 + 7) % 7); });
}
void hour(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) {
    const int hours = Moment(v).second / 3600;
    return static_cast<double>(hours);
  });
}
void minute(const PointCall& /*call*/, Column& values) {
  map_values(values, [](double v) {
    const int minutes = Moment(v).second / 60;
    return static_cast<double>(minutes % 60);
  });
}

}  // namespace oreum::promql::functions
