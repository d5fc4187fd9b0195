// Content negotiation.
#pragma once

#include <string_view>

namespace oreum::api {

/// Whether an Accept header names OpenMetrics and likes it at least as much as text/plain.
bool prefers_openmetrics(std::string_view accept);

}  // namespace oreum::api
