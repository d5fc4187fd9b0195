#include "promql/parse/regex_error.h"

#include <fmt/core.h>
#include <re2/re2.h>

namespace oreum::promql {

namespace {

std::string_view code_text(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape: return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass: return "invalid character class";
    case re2::RE2::ErrorBadCharRange: return "invalid character class range";
    case re2::RE2::ErrorMissingBracket: return "missing closing ]";
    case re2::RE2::ErrorMissingParen: return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen: return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash: return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument: return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize: return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp: return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp: return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8: return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture: return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge: return "expression too large";
    default: return "internal error";
  }
}

}  // namespace

std::string regex_error(std::string_view expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);  // as stores compile it
  options.set_max_mem(1024 * 1024);
  const re2::RE2 regex(re2::StringPiece(expression.data(), expression.size()), options);
  if (regex.ok()) return {};
  return fmt::format("{}: `{}`", code_text(regex.error_code()), regex.error_arg());
}

}  // namespace oreum::promql
