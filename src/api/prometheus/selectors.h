// match[]: which series a request is about.
#pragma once

#include <vector>

#include "api/prometheus/form.h"
#include "model/matcher.h"

namespace oreum::api::prometheus {

using MatcherSets = std::vector<std::vector<model::Matcher>>;

/// All match[] of the request; kInvalidArgument says of the first what is wrong, or that it would select every series.
/// Some of Prometheus' endpoints name the parameter in that, some do not.
Result<MatcherSets> matchers_of(const Form& form, bool name_parameter);

/// start and end; without them all of time.
struct TimeRange {
  TimestampMs start = TimestampMs::min();
  TimestampMs end = TimestampMs::max();
};
Result<TimeRange> time_range_of(const Form& form);

}  // namespace oreum::api::prometheus
