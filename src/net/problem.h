// Errors as problem+json (RFC 9457), for what the server itself refuses and for whoever answers with an error.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace oreum::net {

/// "Not Found" for 404; "Unknown" for a status without a name.
std::string_view reason_phrase(int status);

/// {"type":"about:blank","title":…,"status":…,"detail":…}
Response problem(int status, std::string_view detail);

}  // namespace oreum::net
