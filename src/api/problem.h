// Error → HTTP: the one place where an Error becomes a status.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace oreum::api {

/// The status that says the same as a code. What may work later is a 5xx, never a 4xx.
int http_status(Code code);

/// application/problem+json (RFC 9457) with `code` and `request_id`; Retry-After where trying again makes sense.
net::Response problem(const Error& error, std::string_view request_id);
/// The same where HTTP has a status that no code has (405, 413, 415 …).
net::Response problem(int status, std::string_view code, std::string_view detail, std::string_view request_id);

}  // namespace oreum::api
