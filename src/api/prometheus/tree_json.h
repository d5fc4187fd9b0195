// The tree of a query as JSON, as /api/v1/parse_query answers it.
#pragma once

#include <string>

#include "promql/parse/ast.h"

namespace oreum::api::prometheus {

void append_tree(std::string& out, const promql::Expr& expr);

}  // namespace oreum::api::prometheus
