// Operators that functions of whole vectors are made of.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "promql/eval/rows.h"

namespace oreum::promql::functions {

/// One series.
std::unique_ptr<Rows> one_row(Row row);
/// These series, in this order.
std::unique_ptr<Rows> these_rows(std::vector<Row> rows);
/// Each series, changed.
std::unique_ptr<Rows> mapped(std::unique_ptr<Rows> rows, std::function<void(Row&)> change);
/// All that is left, without series that have no point.
Result<std::vector<Row>> read_all(Rows& rows);

}  // namespace oreum::promql::functions
