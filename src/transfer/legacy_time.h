// The timestamps of older databases: ISO text, or numbers whose unit nobody wrote down. The unit is told from the whole
// column; where it cannot be told, the error says how to decide.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace oreum::transfer {

enum class TimeUnit { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

/// "s", "ms", "us", "ns"; none for "auto".
Result<std::optional<TimeUnit>> parse_time_unit(std::string_view text);

struct TimeOptions {
  std::optional<TimeUnit> unit;  // none: told by range
  std::string zone = "UTC";      // of text without one: UTC, +09:00, or a name of the time zone database
};

/// A field of the column.
struct TimeCell {
  enum class Type { kText, kInteger, kReal, kOther } type = Type::kOther;
  std::string_view text;
  int64_t integer = 0;
  double real = 0;
};

/// First see() every cell, then decide(), then read() each. Not thread-safe; a named zone is set for the process (TZ).
class TimeColumn {
 public:
  /// kInvalidArgument for a zone that is none. `now` bounds what a number can mean.
  static Result<TimeColumn> make(const TimeOptions& options, TimestampMs now);

  void see(uint64_t row, const TimeCell& cell);
  /// kInvalidArgument when the numbers are of no unit or of more than one.
  Status decide();
  /// The error is the reason for which the row cannot be used.
  Result<TimestampMs> read(const TimeCell& cell);
  /// What was assumed, for a person; after the last read().
  std::vector<std::string> notes() const;

 private:
  struct Seen {
    uint64_t count = 0;
    uint64_t first_row = 0;
    double first = 0;
  };

  TimeColumn(TimeOptions options, TimestampMs now)
      : options_(std::move(options)), now_(now), told_(options_.unit.has_value()) {}
  std::optional<TimeUnit> unit_of(double number) const;
  Result<TimestampMs> read_number(double number) const;
  Result<TimestampMs> read_text(std::string_view text);
  Result<TimestampMs> local(TimestampMs as_utc, std::string_view text);

  TimeOptions options_;
  TimestampMs now_;
  bool told_;                           // the unit, by whoever calls
  std::optional<milliseconds> offset_;  // of a zone that is no name
  std::array<Seen, 4> units_{};
  Seen odd_;  // numbers that fit no unit
  uint64_t without_zone_ = 0;
  uint64_t repeated_ = 0;  // in the hour that comes twice when the clocks go back
};

}  // namespace oreum::transfer
