// Subqueries: an expression over a grid of its own, whose points are the samples of a range vector.
#include <map>
#include <utility>

#include "promql/eval/build.h"
#include "promql/eval/merge.h"
#include "promql/eval/times.h"
#include "promql/eval/windows.h"

namespace oreum::promql {

namespace {

class SubqueryRanges final : public RangeRows {
 public:
  SubqueryRanges(Context& context, Grid inner, RangeShape shape, std::unique_ptr<Rows> rows)
      : context_(context), inner_(inner), shape_(shape), rows_(std::move(rows)) {}

  Result<bool> next(RangeRow& out) override {
    do {
      TRY_ASSIGN(const bool there, rows_->next(row_));
      if (!there) return false;
      collect(out);
      TRY(context_.budget.read_samples(out.t.size()));
    } while (out.t.empty());
    out.labels = row_.labels;
    out.drop_name = row_.drop_name;
    find_windows(shape_, out.t, out.windows);
    return true;
  }

  RangeShape shape() const override { return shape_; }

 private:
  void collect(RangeRow& out) const {
    out.t.clear();
    out.v.clear();
    for (size_t i = 0; i < inner_.count; ++i) {
      if (is_absent(row_.values[i])) continue;
      out.t.push_back(inner_.at(i));
      out.v.push_back(row_.values[i]);
    }
  }

  Context& context_;
  const Grid inner_;
  const RangeShape shape_;
  std::unique_ptr<Rows> rows_;
  Row row_;
};

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// The multiples of the step in (start of the first window, end of the last].
Grid inner_grid(const Grid& ends, int64_t range, int64_t step) {
  const int64_t first = (floor_div(ends.start - range, step) + 1) * step;
  if (first > ends.end()) return {first, step, 0};
  return {first, step, static_cast<size_t>((ends.end() - first) / step) + 1};
}

/// A range vector of no series.
class NoRanges final : public RangeRows {
 public:
  explicit NoRanges(RangeShape shape) : shape_(shape) {}
  Result<bool> next(RangeRow& /*out*/) override { return false; }
  RangeShape shape() const override { return shape_; }

 private:
  const RangeShape shape_;
};

}  // namespace

Result<std::unique_ptr<RangeRows>> subquery_ranges(Context& context, const Expr& expr, const Grid& grid) {
  const auto& subquery = *expr.as<Subquery>();
  TRY_ASSIGN(const Grid ends, reference(context, subquery.modifiers, grid));
  TRY_ASSIGN(const int64_t range, resolve_positive(context, subquery.range));
  int64_t step = context.options.subquery_step.count();
  if (subquery.has_step) {
    TRY_ASSIGN(step, resolve_positive(context, subquery.step));
  }
  const RangeShape shape{ends, range, RangeMode::kPlain, 0};
  const Grid inner = inner_grid(ends, range, step);
  if (inner.count == 0) return std::make_unique<NoRanges>(shape);
  TRY(context.budget.make_points(inner.count));
  TRY_ASSIGN(auto rows, vector_of(context, *subquery.expr, inner));
  TRY_ASSIGN(rows, merged(*subquery.expr, std::move(rows), context.budget));
  return std::make_unique<SubqueryRanges>(context, inner, shape, std::move(rows));
}

}  // namespace oreum::promql
