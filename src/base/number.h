// Text ↔ numbers, strict and locale-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oreum {

/// The whole text must be a decimal number of the type; no spaces, no sign for unsigned.
std::optional<uint64_t> parse_u64(std::string_view text);
std::optional<int64_t> parse_i64(std::string_view text);
/// Hexadecimal with or without "0x".
std::optional<uint64_t> parse_hex(std::string_view text);
/// What Go's ParseFloat takes: decimals, exponents, Inf, +Inf, -Inf, NaN in any case.
std::optional<double> parse_double(std::string_view text);

/// The shortest text that reads back as the same double, as Prometheus' text format writes it:
/// 1.5e+09, +Inf, -Inf, NaN. Appends to out; no allocation when out has room.
void append_double(std::string& out, double value);

/// The same as Prometheus' query API writes it: plain digits from 1e-06 up to 1e+21.
void append_api_double(std::string& out, double value);

/// The most bytes that it may take.
inline constexpr size_t kApiDoubleSize = 32;
/// The same into a buffer with room for it; the end of what was written. For millions of them.
char* write_api_double(char* out, double value);

/// Spaces and tabs and line ends removed on both sides.
std::string_view trim(std::string_view text);

}  // namespace oreum
