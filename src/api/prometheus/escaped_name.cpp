#include "api/prometheus/escaped_name.h"

#include <optional>

#include "base/number.h"
#include "model/labels.h"

namespace oreum::api::prometheus {

namespace {

constexpr std::string_view kPrefix = "U__";
constexpr size_t kMostDigits = 6;  // of a code point: 10FFFF

/// Appends a code point; false when there is none of that number.
bool append_code_point(std::string& out, uint64_t c) {
  const auto byte = [&](uint64_t bits) { out += static_cast<char>(bits); };
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return false;
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
  return true;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_';
}

/// What stands behind U__: `__` is an underscore, `_2e_` the character of that number.
std::optional<std::string> unescape(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '_') {
      if (!is_plain(c)) return std::nullopt;
      out += c;
      continue;
    }
    const size_t end = rest.find('_');
    if (end == std::string_view::npos || end > kMostDigits) return std::nullopt;
    if (end == 0) {
      out += '_';
    } else {
      const std::optional<uint64_t> number = parse_hex(rest.substr(0, end));
      if (!number || !append_code_point(out, *number)) return std::nullopt;
    }
    rest.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::string unescape_name(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::string(text);
  return unescape(text.substr(kPrefix.size())).value_or(std::string(text));
}

std::string underscored_name(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (c >= 0x80 && c < 0xC0) continue;  // one underscore a character, not a byte
    const bool digit_first = i == 0 && c >= '0' && c <= '9';
    out += is_plain(name[i]) && !digit_first ? name[i] : '_';
  }
  return out;
}

}  // namespace oreum::api::prometheus
