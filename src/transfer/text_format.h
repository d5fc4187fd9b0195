// The two text formats that imports read and exports write, and how odd values are written in them.
// docs/import-export.md describes both for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/labels.h"

namespace oreum::transfer {

/// OpenMetrics 1.0: times in seconds, "# EOF" at the end. Prometheus' text format (0.0.4, and `promtool tsdb dump`):
/// times in whole milliseconds.
enum class TextFormat { kOpenMetrics, kPrometheus };

/// The bits that "NaN" is read as: those Prometheus reads it as. A NaN of other bits, like the marker of a series that
/// ended, is written as NaN, too; its bits are decimals of its time, far below the millisecond that everybody reads:
/// three of the time, two zeros, twenty of the bits: `up NaN 1700000000.1230009218868437227405314`.
inline constexpr uint64_t kPlainNanBits = 0x7ff8000000000001;

/// 9999-12-31T23:59:59.999Z: a time beyond it, or as far before 1970, is most likely of another unit.
inline constexpr int64_t kMaxTimeMs = 253'402'300'799'999;

/// `name{label="value"}`; names that are not classic ones in quotes, as Prometheus 3 writes them.
void append_series(std::string& out, const model::Labels& labels);
/// Seconds with as many of three decimals as it needs.
void append_seconds(std::string& out, TimestampMs t);
/// The same, with the bits of an odd NaN where the value is one.
void append_seconds(std::string& out, TimestampMs t, double value);
/// The NaN whose bits are among the decimals of this time; none when they hold none.
std::optional<double> nan_in_time(std::string_view time);
/// Backslash, line feed and, where asked, the double quote are escaped.
void append_escaped(std::string& out, std::string_view text, bool quotes);

}  // namespace oreum::transfer
