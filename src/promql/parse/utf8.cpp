#include "promql/parse/utf8.h"

#include <algorithm>
#include <array>

namespace oreum::promql {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Spaces, separators, format characters, surrogates, private use and what is no character, above ASCII. Code points
/// that Unicode has not assigned yet count as printable.
constexpr std::array<Range, 28> kNotPrintable{{
    {0x80, 0xa0},       {0xad, 0xad},       {0x600, 0x605},      {0x61c, 0x61c},     {0x6dd, 0x6dd},
    {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},      {0x1680, 0x1680},   {0x180e, 0x180e},
    {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},    {0x3000, 0x3000},   {0xd800, 0xf8ff},
    {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},    {0xfffe, 0xffff},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},  {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff},
    {0x2fffe, 0x2ffff}, {0x3fffe, 0xe00ff}, {0xe01f0, 0x10ffff},
}};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// How many bytes a rune that begins so has; 0: none begins so.
uint32_t rune_size(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

Rune rune_at(std::string_view text, size_t at) {
  constexpr Rune kBad{.code = 0xFFFD, .size = 1, .valid = false};
  const auto lead = static_cast<unsigned char>(text[at]);
  const uint32_t size = rune_size(lead);
  if (size == 1) return {.code = lead, .size = 1, .valid = true};
  if (size == 0 || text.size() - at < size) return kBad;
  char32_t code = lead & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[at + i])) return kBad;
    code = (code << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (overlong || surrogate || code > 0x10FFFF) return kBad;
  return {.code = code, .size = size, .valid = true};
}

void append_utf8(std::string& out, char32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_printable(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code < 0x7F;
  return std::none_of(kNotPrintable.begin(), kNotPrintable.end(),
                      [&](const Range& range) { return code >= range.first && code <= range.last; });
}

}  // namespace oreum::promql
