#include "transfer/text_format.h"

#include <array>
#include <bit>
#include <charconv>

#include <fmt/core.h>

#include <cmath>
#include "base/number.h"

namespace oreum::transfer {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

void append_series(std::string& out, const model::Labels& labels) {
  const std::string_view name = labels.metric();
  const bool plain = model::is_valid_metric_name(name);
  char before = '{';
  if (plain) {
    out += name;
  } else if (!name.empty()) {
    out += "{\"";
    append_escaped(out, name, true);
    out += '"';
    before = ',';
  }
  for (const model::Label& label : labels) {
    if (label.name == model::kMetricName) continue;
    out += before;
    before = ',';
    if (model::is_valid_label_name(label.name)) {
      out += label.name;
    } else {
      out += '"';
      append_escaped(out, label.name, true);
      out += '"';
    }
    out += "=\"";
    append_escaped(out, label.value, true);
    out += '"';
  }
  if (before == ',') out += '}';
}

void append_seconds(std::string& out, TimestampMs t) {
  // As unsigned, because the least int64 has no positive counterpart.
  const bool negative = t.ms < 0;
  const uint64_t ms = negative ? 0 - static_cast<uint64_t>(t.ms) : static_cast<uint64_t>(t.ms);
  if (negative) out += '-';
  std::array<char, 24> buf;
  const auto r = std::to_chars(buf.data(), buf.data() + buf.size(), ms / 1000);
  out.append(buf.data(), r.ptr);
  const uint64_t rest = ms % 1000;
  if (rest == 0) return;
  const std::array<char, 4> fraction{'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                                     static_cast<char>('0' + rest % 10)};
  out.append(fraction.data(), fraction.size());
}

void append_seconds(std::string& out, TimestampMs t, double value) {
  append_seconds(out, t);
  const auto bits = std::bit_cast<uint64_t>(value);
  if (!std::isnan(value) || bits == kPlainNanBits) return;
  if (t.ms % 1000 == 0) out += ".000";
  out += fmt::format("00{:020}", bits);
}

std::optional<double> nan_in_time(std::string_view time) {
  constexpr size_t kDecimals = 3 + 2 + 20;
  const size_t dot = time.find('.');
  if (dot == std::string_view::npos || time.size() - dot - 1 != kDecimals) return std::nullopt;
  const std::string_view decimals = time.substr(dot + 1);
  const std::optional<uint64_t> bits = parse_u64(decimals.substr(5));
  if (decimals.substr(3, 2) != "00" || !bits || !std::isnan(std::bit_cast<double>(*bits))) return std::nullopt;
  return std::bit_cast<double>(*bits);
}

}  // namespace oreum::transfer
