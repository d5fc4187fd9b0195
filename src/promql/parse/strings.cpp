// Strings in quotes, with the escapes of Go.
#include <array>
#include <cctype>
#include <optional>

#include <fmt/core.h>

#include "promql/parse/literals.h"
#include "promql/parse/utf8.h"

namespace oreum::promql {

namespace {

constexpr std::string_view kEscapes = "abfnrtv\\";
constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\";

int digit_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return 16;
}

/// `U+0026 '&'`, as Go names a character.
std::string name_rune(char32_t code) {
  std::string out = fmt::format("U+{:04X}", static_cast<uint32_t>(code));
  if (is_printable(code)) {
    out += " '";
    append_utf8(out, code);
    out += '\'';
  }
  return out;
}

/// An escape that is written in digits.
struct Numeric {
  size_t first;  // of its digits, from the backslash
  size_t digits;
  int base;
  char32_t max;
  bool is_byte;  // a byte rather than a character
};

std::optional<Numeric> numeric_escape(char32_t letter) {
  if (letter >= '0' && letter <= '7') return Numeric{1, 3, 8, 255, true};
  if (letter == 'x') return Numeric{2, 2, 16, 255, true};
  if (letter == 'u') return Numeric{2, 4, 16, 0x10FFFF, false};
  if (letter == 'U') return Numeric{2, 8, 16, 0x10FFFF, false};
  return std::nullopt;
}

/// Checks the escape at a backslash; `end` is behind it.
std::string scan_escape(std::string_view text, size_t at, char quote, size_t& end) {
  if (at + 1 >= text.size()) return "escape sequence not terminated";
  const Rune letter = rune_at(text, at + 1);
  if (letter.code == static_cast<unsigned char>(quote) ||
      (letter.code < 0x80 && letter.code != 0 && kEscapes.find(text[at + 1]) != std::string_view::npos)) {
    end = at + 2;
    return {};
  }
  const std::optional<Numeric> numeric = numeric_escape(letter.code);
  if (!numeric) return fmt::format("unknown escape sequence {}", name_rune(letter.code));
  uint32_t value = 0;
  for (size_t i = 0; i < numeric->digits; ++i) {
    const size_t place = at + numeric->first + i;
    if (place >= text.size()) return "escape sequence not terminated";
    const Rune rune = rune_at(text, place);
    const int digit = digit_value(rune.code);
    if (digit >= numeric->base) return fmt::format("illegal character {} in escape sequence", name_rune(rune.code));
    value = value * static_cast<uint32_t>(numeric->base) + static_cast<uint32_t>(digit);
  }
  if (value > numeric->max || (value >= 0xD800 && value < 0xE000)) {
    return "escape sequence is an invalid Unicode code point";
  }
  end = at + numeric->first + numeric->digits;
  return {};
}

/// The value of a right escape, appended; what is behind it.
size_t append_escape(std::string& out, std::string_view text, size_t at) {
  const char letter = text[at + 1];
  const std::optional<Numeric> numeric = numeric_escape(static_cast<unsigned char>(letter));
  if (!numeric) {
    const size_t which = kEscapes.find(letter);
    out += which == std::string_view::npos ? letter : kMeant[which];
    return at + 2;
  }
  char32_t value = 0;
  for (size_t i = 0; i < numeric->digits; ++i) {
    value = value * static_cast<char32_t>(numeric->base) +
            static_cast<char32_t>(digit_value(static_cast<unsigned char>(text[at + numeric->first + i])));
  }
  if (numeric->is_byte) {
    out += static_cast<char>(static_cast<unsigned char>(value));
  } else {
    append_utf8(out, value);
  }
  return at + numeric->first + numeric->digits;
}

}  // namespace

StringEnd scan_string(std::string_view text, size_t at) {
  const char quote = text[at++];
  const bool raw = quote == '`';
  const std::string_view unterminated = raw ? "unterminated raw string" : "unterminated quoted string";
  while (at < text.size()) {
    const char c = text[at];
    if (c == quote) return {.end = at + 1, .error = {}};
    if (raw) {
      const Rune rune = rune_at(text, at);
      if (!rune.valid) return {.error = "invalid UTF-8 rune"};
      at += rune.size;
    } else if (c == '\n') {
      break;
    } else if (c == '\\') {
      size_t end = at;
      if (std::string error = scan_escape(text, at, quote, end); !error.empty()) return {.error = std::move(error)};
      at = end;
    } else {
      const Rune rune = rune_at(text, at);
      if (!rune.valid) return {.error = "invalid UTF-8 rune"};
      at += rune.size;
    }
  }
  return {.error = std::string(unterminated)};
}

std::string unquote(std::string_view text) {
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (text.front() == '`') return std::string(inside);
  std::string out;
  out.reserve(inside.size());
  for (size_t at = 0; at < inside.size();) {
    if (inside[at] == '\\') {
      at = append_escape(out, inside, at);
    } else {
      out += inside[at++];
    }
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    const size_t which = rune.code < 0x80 && rune.code != 0 ? kMeant.find(text[at]) : std::string_view::npos;
    if (!rune.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    } else if (rune.code == '"') {
      out += "\\\"";
    } else if (which != std::string_view::npos) {
      out += '\\';
      out += kEscapes[which];
    } else if (is_printable(rune.code)) {
      out += text.substr(at, rune.size);
    } else if (rune.code < 0x20 || rune.code == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(rune.code));
    } else if (rune.code < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(rune.code));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<uint32_t>(rune.code));
    }
    at += rune.size;
  }
  return out + "\"";
}

}  // namespace oreum::promql
