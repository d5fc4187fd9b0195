// What is wrong with a regular expression, in Go's words.
#pragma once

#include <string>
#include <string_view>

namespace oreum::promql {

/// "missing argument to repetition operator: `*`"; "" for an expression that is right.
std::string regex_error(std::string_view expression);

}  // namespace oreum::promql
