#include "rules/humanize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/core.h>

#include "base/number.h"
#include "base/time.h"

namespace oreum::rules {

namespace {

/// Four digits that count, as Go's %.4g.
std::string four_digits(double v) {
  std::string out;
  if (!std::isfinite(v)) {
    append_double(out, v);
    return out;
  }
  return fmt::format("{:.4g}", v);
}

constexpr std::string_view kSmall[] = {"m", "u", "n", "p", "f", "a", "z", "y"};

std::string with_prefix(double v, double base, std::span<const std::string_view> prefixes) {
  std::string_view prefix;
  for (const std::string_view next : prefixes) {
    if (std::abs(v) < base) break;
    prefix = next;
    v /= base;
  }
  return four_digits(v) + std::string(prefix);
}

std::string with_small_prefix(double v) {
  std::string_view prefix;
  for (const std::string_view next : kSmall) {
    if (std::abs(v) >= 1) break;
    prefix = next;
    v *= 1000;
  }
  return four_digits(v) + std::string(prefix);
}

}  // namespace

std::string humanize(double v) {
  constexpr std::string_view kLarge[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
  if (v == 0 || !std::isfinite(v)) return four_digits(v);
  return std::abs(v) >= 1 ? with_prefix(v, 1000, kLarge) : with_small_prefix(v);
}

std::string humanize_1024(double v) {
  constexpr std::string_view kLarge[] = {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
  if (std::abs(v) <= 1 || !std::isfinite(v)) return four_digits(v);
  return with_prefix(v, 1024, kLarge);
}

std::string humanize_duration(double seconds) {
  if (!std::isfinite(seconds)) return four_digits(seconds);
  if (seconds == 0) return four_digits(seconds) + "s";
  if (std::abs(seconds) < 1) return with_small_prefix(seconds) + "s";
  const std::string_view sign = seconds < 0 ? "-" : "";
  const double size = std::abs(seconds);
  constexpr double kMost = 9e18;
  const auto whole = static_cast<int64_t>(std::min(size, kMost));
  const int64_t s = whole % 60;
  const int64_t m = whole / 60 % 60;
  const int64_t h = whole / 3600 % 24;
  const int64_t d = whole / 86'400;
  if (d != 0) return fmt::format("{}{}d {}h {}m {}s", sign, d, h, m, s);
  if (h != 0) return fmt::format("{}{}h {}m {}s", sign, h, m, s);
  if (m != 0) return fmt::format("{}{}m {}s", sign, m, s);
  return fmt::format("{}{}s", sign, four_digits(size));
}

std::string humanize_percentage(double v) { return four_digits(v * 100) + "%"; }

std::string humanize_timestamp(double seconds) {
  constexpr double kMost = 9e12;  // what milliseconds can hold, with room to spare
  if (!std::isfinite(seconds) || std::abs(seconds) > kMost) return four_digits(seconds);
  const auto ms = static_cast<int64_t>(std::floor(seconds * 1000));
  std::string text = format_rfc3339(TimestampMs{ms});  // 2026-01-31T12:34:56.789Z
  text.pop_back();
  text[text.find('T')] = ' ';
  if (const size_t point = text.find('.'); point != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text + " +0000 UTC";
}

}  // namespace oreum::rules
