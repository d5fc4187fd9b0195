// What a query answered, as JSON: written in one pass into one string.
#pragma once

#include <cstddef>
#include <string>

#include "model/labels.h"
#include "promql/eval/engine.h"

namespace oreum::api::prometheus {

/// Appends `"resultType":"vector","result":[…]`: the first `limit` series.
void append_result(std::string& out, const promql::QueryResult& result, size_t limit = SIZE_MAX);

/// How many series a limit would count; 0 for a scalar or a string.
size_t series_count(const promql::QueryResult& result);

/// {"__name__":"up","job":"node"}.
void append_labels(std::string& out, const model::Labels& labels);

/// Unix seconds: 1435781430.781, or without a fraction.
void append_unix_seconds(std::string& out, int64_t ms);

}  // namespace oreum::api::prometheus
