// Numbers, durations and strings as Go and Prometheus read and write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace oreum::promql {

/// 12, 0x1f, 017 (octal, as in Go), 1_000, 1.5e3, .5, inf, nan; without a sign.
std::optional<double> parse_number(std::string_view text);

/// 1h30m: whole numbers with the units y w d h m s ms in this order, each once.
struct DurationLiteral {
  milliseconds value{0};
  std::string error = {};  // empty: none
};
DurationLiteral parse_duration_literal(std::string_view text);

/// Checks a string from its quote on and finds its end.
struct StringEnd {
  size_t end = 0;     // behind the closing quote
  std::string error;  // empty: none
};
StringEnd scan_string(std::string_view text, size_t at);

/// What a string that scan_string() found right stands for; `text` with its quotes.
std::string unquote(std::string_view text);

/// In double quotes, with Go's escapes for what cannot be printed.
std::string quote(std::string_view text);

}  // namespace oreum::promql
