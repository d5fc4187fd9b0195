// Runes of UTF-8 text, one after the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::promql {

struct Rune {
  char32_t code = 0;
  uint32_t size = 1;  // bytes
  bool valid = true;  // else one byte that is none of UTF-8
};

/// The rune at `at`, which must be inside the text.
Rune rune_at(std::string_view text, size_t at);

void append_utf8(std::string& out, char32_t code);

/// Whether Go prints the rune as itself in quotes: letters, marks, numbers, punctuation, symbols and the space.
bool is_printable(char32_t code);

}  // namespace oreum::promql
