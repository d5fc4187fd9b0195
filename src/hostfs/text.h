// Splitting the kernel's texts without allocating: lines, and fields between blanks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/number.h"

namespace oreum::hostfs {

/// Takes lines off a text:  for (Lines lines(text); auto line = lines.next();) …
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }

 private:
  std::string_view rest_;
};

/// Takes blank-separated fields off a line. An empty view means the line has ended.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}
  std::string_view next() {
    size_t start = 0;
    while (start < rest_.size() && is_blank(rest_[start])) ++start;
    size_t end = start;
    while (end < rest_.size() && !is_blank(rest_[end])) ++end;
    const std::string_view field = rest_.substr(start, end - start);
    rest_.remove_prefix(end);
    return field;
  }
  /// The next field as a number; empty when there is none or it is no number.
  std::optional<uint64_t> next_u64() { return parse_u64(next()); }
  std::optional<int64_t> next_i64() { return parse_i64(next()); }
  std::optional<double> next_double() { return parse_double(next()); }
  std::string_view rest() const { return rest_; }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  std::string_view rest_;
};

/// Splits a line into at most N fields; returns how many there are in all (may exceed N).
template <size_t N>
size_t split_fields(std::string_view line, std::array<std::string_view, N>& out) {
  Fields fields(line);
  size_t count = 0;
  for (std::string_view f = fields.next(); !f.empty(); f = fields.next()) {
    if (count < N) out[count] = f;
    ++count;
  }
  return count;
}

}  // namespace oreum::hostfs
