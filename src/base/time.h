// Time as values: TimestampMs for points on the wall clock, std::chrono for spans.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum {

using std::chrono::milliseconds;

/// Milliseconds since 1970-01-01T00:00:00Z; negative before it. A strong type: never mixed up with a span or a count.
struct TimestampMs {
  int64_t ms = 0;

  static TimestampMs min() { return {INT64_MIN}; }
  static TimestampMs max() { return {INT64_MAX}; }
  friend auto operator<=>(const TimestampMs&, const TimestampMs&) = default;
  friend TimestampMs operator+(TimestampMs t, milliseconds d) { return {t.ms + d.count()}; }
  friend TimestampMs operator-(TimestampMs t, milliseconds d) { return {t.ms - d.count()}; }
  friend milliseconds operator-(TimestampMs a, TimestampMs b) { return milliseconds(a.ms - b.ms); }
};

/// "2026-01-31T12:34:56.789Z".
std::string format_rfc3339(TimestampMs t);

/// RFC 3339 ("2026-01-31T12:34:56.789+09:00") or Unix seconds with optional decimals ("1700000000.5"), as Prometheus'
/// API takes them. kInvalidArgument says what was expected.
Result<TimestampMs> parse_timestamp(std::string_view text);

/// Prometheus' duration: "1d12h", "90s", "1500ms"; a bare number is seconds; "0" is zero. Units y w d h m s ms.
Result<milliseconds> parse_duration(std::string_view text);

/// The shortest Prometheus form, e.g. 90 s → "1m30s".
std::string format_duration(milliseconds d);

}  // namespace oreum
