// A small blocking HTTP client for commands that talk to a running Oreum.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
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
/// whether anything listens there, kDeadlineExceeded, kInvalidArgument for a bad URL, kUnimplemented for https).
/// gzip answers are unpacked; header names come in lower case.
Result<Response> fetch(const ClientRequest& request);

/// As fetch(), but the body comes in pieces as it arrives, unpacked by nobody, until it ends, `on_chunk` returns false
/// or (once the head is there) a stop is asked; all three are success. The Response has no body. The timeout counts
/// from one piece to the next; zero waits for ever. `on_head`, where there is one, sees status and headers first.
Result<Response> fetch_stream(const ClientRequest& request, const std::function<bool(std::string_view)>& on_chunk,
                              const std::stop_token& stop, const std::function<void(const Response&)>& on_head = {});

/// Percent-encodes everything but unreserved characters, for a query value.
std::string url_encode(std::string_view text);

}  // namespace oreum::net
