// Text → words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/parse/token.h"

namespace oreum::promql {

/// The words of a text. The last is kEnd, or kError where the text holds what is no word; `error` then says what.
struct Tokens {
  std::vector<Token> list;
  std::string error;
};

/// Looks at each byte once. Parentheses, brackets and braces are known to pair where the last word is kEnd.
Tokens tokenize(std::string_view text);

}  // namespace oreum::promql
