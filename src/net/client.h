// A small blocking HTTP client for commands that talk to a running Oreum.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace oreum::net {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http://host:port/path?query
  Fields headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};
};

/// One request, one connection. Any HTTP status is a Response; an Error means no answer came (kUnavailable says
/// whether anything listens there, kDeadlineExceeded, kInvalidArgument for a bad URL). gzip answers are unpacked.
Result<Response> fetch(const ClientRequest& request);

/// Percent-encodes everything but unreserved characters, for a query value.
std::string url_encode(std::string_view text);

}  // namespace oreum::net
