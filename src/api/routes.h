// The route table.
#pragma once

#include <functional>

#include "api/own_metrics.h"
#include "api/prometheus/metadata_store.h"
#include "api/prometheus/pushers.h"
#include "api/prometheus/queries.h"
#include "api/route.h"
#include "api/services.h"
#include "api/stream.h"

namespace oreum::api {

/// What the handlers of the table work with; all of it outlives the table.
struct RouteContext {
  const Services& services;
  StreamHub& streams;
  prometheus::Queries& queries;
  prometheus::MetadataStore& metadata;
  prometheus::Pushers& pushers;
  const Routes& routes;  // where the table will be: for what describes it
  std::function<void(OwnMetrics&)> own_metrics;
};

Routes make_routes(const RouteContext& context);

}  // namespace oreum::api
