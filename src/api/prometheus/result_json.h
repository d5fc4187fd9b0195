// What a query answered, as JSON: written in one pass into one string.
#pragma once

#include <cstddef>
#include <string>

#include "model/labels.h"
#include "promql/eval/engine.h"

namespace oreum::api::prometheus {

/// Appends `"resultType":"vector","result":[…]`: the first `limit` series.
void append_result(std::string& out, const promql::QueryResult& result, size_t limit = SIZE_MAX);

/// Appends `"resultType":"columns","start":…,"step":…,"result":[{"metric":{…},"values":[1,null,…]}]`: a matrix without
/// its times, a value or null for each of the grid, NaN and infinities as text. Half as long and read several times
/// faster.
void append_columns(std::string& out, const promql::OutputMatrix& matrix, const promql::Grid& grid, size_t limit);

/// How many series a limit would count; 0 for a scalar or a string.
size_t series_count(const promql::QueryResult& result);

/// {"__name__":"up","job":"node"}.
void append_labels(std::string& out, const model::Labels& labels);

/// Unix seconds: 1435781430.781, or without a fraction.
void append_unix_seconds(std::string& out, int64_t ms);

}  // namespace oreum::api::prometheus
