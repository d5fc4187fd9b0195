#include "net/url.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/core.h>

#include "base/number.h"

namespace oreum::net {

namespace {

Error bad_url(std::string_view text, std::string_view why) {
  return {Code::kInvalidArgument, fmt::format("\"{}\" is no URL to ask: {}", text, why)};
}

/// Spaces and control characters would let the target end the request line.
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c != '\x7f'; });
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.starts_with("https://")) {
    return Error(Code::kUnimplemented, fmt::format("cannot ask {}: this build speaks http only, no https", text));
  }
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return bad_url(text, "expected http://HOST:PORT/PATH");
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  if (!is_printable(rest)) return bad_url(text, "it holds a space or a control character");
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());

  Url url;
  url.authority = authority;
  url.target = rest.starts_with('/') ? std::string(rest) : fmt::format("/{}", rest);
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return bad_url(text, "the host is missing");
  url.host = host;
  if (colon == std::string_view::npos) return url;
  const std::optional<uint64_t> port = parse_u64(authority.substr(colon + 1));
  if (!port || *port == 0 || *port > std::numeric_limits<uint16_t>::max()) {
    return bad_url(text, "the port must be a number from 1 to 65535");
  }
  url.port = static_cast<uint16_t>(*port);
  return url;
}

}  // namespace oreum::net
