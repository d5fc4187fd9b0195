// Tree → text.
#pragma once

#include <string>

#include "promql/parse/ast.h"

namespace oreum::promql {

/// On one line, as Prometheus prints it: parses to the same tree again.
std::string print(const Expr& expr);
/// Over several lines where it is long, as Prometheus' format_query lays it out.
std::string pretty(const Expr& expr);
/// The duration as it is written in a query: 1h30m, or its expression.
std::string print(const Duration& duration);

}  // namespace oreum::promql
