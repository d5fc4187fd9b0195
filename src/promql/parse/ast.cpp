#include "promql/parse/ast.h"

#include <array>

namespace oreum::promql {

namespace {

constexpr std::array<std::string_view, 18> kBinary = {"+",  "-",  "*", "/", "%",  "^",  "atan2", "</", ">/",
                                                      "==", "!=", "<", ">", "<=", ">=", "and",   "or", "unless"};

constexpr std::array<std::string_view, 14> kAggregate = {"sum",          "avg",      "count",  "min",        "max",
                                                         "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                                         "count_values", "quantile", "limitk", "limit_ratio"};

}  // namespace

std::string_view op_text(BinaryOp op) { return kBinary[static_cast<size_t>(op)]; }
std::string_view op_text(AggregateOp op) { return kAggregate[static_cast<size_t>(op)]; }

const Expr& unparen(const Expr& expr) {
  const Expr* at = &expr;
  while (const auto* paren = at->as<Paren>()) at = paren->expr.get();
  return *at;
}

}  // namespace oreum::promql
