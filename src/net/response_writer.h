// A Response as bytes: content coding chosen, head written by hand.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "net/http.h"

namespace oreum::net {

/// What the answer needs to know of its request.
struct RequestTraits {
  bool head = false;    // HEAD: as GET, without the body
  bool http10 = false;  // no chunks, and keep-alive has to be said
  bool accept_gzip = false;
  std::string id;
};

/// Compresses the body where client and type allow it and it pays, and marks what caches must know. Dear for a large
/// body: call it on the thread that made the response.
void encode_body(Response& response, const RequestTraits& traits);

enum class Framing { kLength, kChunked, kUntilClose };

/// Appends status line and headers, up to and with the empty line. `date` is an HTTP date.
void append_head(std::string& out, const Response& response, const RequestTraits& traits, Framing framing,
                 bool keep_alive, std::string_view date);

/// Whether a response of that status has no body by definition.
bool is_bodiless(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t t);

}  // namespace oreum::net
