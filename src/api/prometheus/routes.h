// The part of the route table that is Prometheus' API.
#pragma once

#include "api/routes.h"

namespace oreum::api::prometheus {

Routes routes(const RouteContext& context);

}  // namespace oreum::api::prometheus
