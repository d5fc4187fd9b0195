#include "promql/eval/merge.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "promql/eval/functions/operators.h"

namespace oreum::promql {

namespace {

Status add_points(const Column& from, Column& to) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (is_absent(from[i])) continue;
    if (!is_absent(to[i])) {
      return Error(Code::kInvalidArgument, "vector cannot contain metrics with the same labelset");
    }
    to[i] = from[i];
  }
  return {};
}

bool may_part(const Expr& expr);

/// Whether series may come in parts: of `or`, and where vectors match, as of `on`, series that follow one another.
struct MayPart {
  bool operator()(const Binary& b) const {
    const bool matches = b.matching.has_value() && b.op != BinaryOp::kAnd && b.op != BinaryOp::kUnless;
    return matches || may_part(*b.lhs) || may_part(*b.rhs);
  }
  bool operator()(const Call& c) const {
    return std::any_of(c.args.begin(), c.args.end(), [](const ExprPtr& e) { return may_part(*e); });
  }
  bool operator()(const Aggregate& a) const { return may_part(*a.expr); }
  bool operator()(const Unary& u) const { return may_part(*u.expr); }
  bool operator()(const Paren& p) const { return may_part(*p.expr); }
  bool operator()(const auto& /*leaf*/) const { return false; }
};

bool may_part(const Expr& expr) { return std::visit(MayPart{}, expr.node); }

}  // namespace

Status merge_same(std::vector<Row>& rows) {
  std::unordered_map<std::string_view, size_t> first;
  first.reserve(rows.size());
  bool repeated = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto [it, fresh] = first.try_emplace(rows[i].labels.encoded(), i);
    if (fresh) continue;
    repeated = true;
    TRY(add_points(rows[i].values, rows[it->second].values));
    rows[i].values.clear();
  }
  if (repeated) std::erase_if(rows, [](const Row& row) { return row.values.empty(); });
  return {};
}

Result<std::unique_ptr<Rows>> merged(const Expr& expr, std::unique_ptr<Rows> rows, Budget& budget) {
  if (!may_part(expr)) return rows;
  std::vector<Row> all;
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) break;
    TRY(budget.hold_points(row.values.size()));
    all.push_back(std::move(row));
    row = {};
  }
  TRY(merge_same(all));
  return functions::these_rows(std::move(all));
}

}  // namespace oreum::promql
