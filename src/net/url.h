// http://host:port/path?query taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oreum::net {

struct Url {
  std::string host;  // without the brackets of an IPv6 address
  uint16_t port = 80;
  std::string authority;  // host:port as written, for the Host header
  std::string target;     // "/path?query", at least "/"
};

/// kInvalidArgument says what is wrong; kUnimplemented for https.
Result<Url> parse_url(std::string_view text);

}  // namespace oreum::net
