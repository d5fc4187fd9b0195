// The small texts of HTTP: percent-coding, targets, query strings, token lists. Strict, allocation-light, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace oreum::net {

/// Undoes %XX. Nothing when an escape is not two hexadecimal digits. '+' is a space only where the caller says so.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// What a request line asks for.
struct Target {
  std::string path;
  Fields query;
};

/// "/a%20b?x=1" or "http://host/a?x=1" or "*". kInvalidArgument says what is wrong with it.
Result<Target> parse_target(std::string_view target);

/// name=value pairs joined by '&': a query string, or a body of application/x-www-form-urlencoded. A pair without
/// '=' has an empty value; empty pairs are skipped. kInvalidArgument for a broken escape.
Result<Fields> parse_form(std::string_view text);

/// Whether an Accept-Encoding header allows gzip and does not prefer the plain body.
bool accepts_gzip(std::string_view accept_encoding);

/// Whether a media type is worth compressing: text, JSON, XML, JavaScript, SVG and their relatives.
bool is_compressible(std::string_view content_type);

/// Whether text may be taken over as a request id: 1–128 characters out of letters, digits and -_.:+/=@.
bool is_sane_id(std::string_view text);

/// Whether the comma-separated list holds the token, in any case.
bool list_has(std::string_view list, std::string_view token);

bool equals_ignoring_case(std::string_view a, std::string_view b);
char to_lower(char c);

}  // namespace oreum::net
