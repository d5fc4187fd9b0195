// The stored past of a metric type, as columns.
#pragma once

#include "api/metric_types.h"
#include "api/route.h"
#include "api/services.h"

namespace oreum::api {

/// {"instance", "type", "from", "to", "step", "agg", "time": [ms …], "series": [{"metric", "labels", "resolution",
/// "values"}], "resolution"}. Where the step allows, rollups stand for samples; "resolution" says so, of a series and
/// of the whole answer. A point stands for the samples from its time up to the next point's; null where there were
/// none. Points lie on multiples of the step, so that they stay the same while the window moves.
Result<net::Response> history(const Services& services, const MetricType& type, const Call& call);

}  // namespace oreum::api
