// histogram_quantile, histogram_quantiles, histogram_fraction: of classic histograms, whose buckets are series that
// differ in their label `le`.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/number.h"
#include "promql/eval/build.h"
#include "promql/eval/functions/buckets.h"
#include "promql/eval/functions/notes.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

constexpr std::string_view kBound = "le";

struct BucketSeries {
  double bound;
  Column counts;
};

/// The buckets of one histogram, by rising bound.
struct Histogram {
  model::Labels labels;  // without le
  std::vector<BucketSeries> series;

  /// The buckets that are there at a point.
  void at(size_t i, std::vector<Bucket>& out) const {
    out.clear();
    for (const BucketSeries& s : series) {
      if (!is_absent(s.counts[i])) out.push_back({s.bound, s.counts[i]});
    }
  }
};

/// Go's ParseFloat: a number too large is none.
std::optional<double> parse_bound(std::string_view text) {
  const std::optional<double> bound = parse_double(text);
  if (bound && std::isinf(*bound) && text.find_first_of("0123456789") != std::string_view::npos) return std::nullopt;
  return bound;
}

std::string for_metric(const model::Labels& labels) {
  return labels.metric().empty() ? "" : " for metric name " + quoted(labels.metric());
}

/// All histograms of an expression, in the order of their first buckets.
Result<std::vector<Histogram>> read_histograms(Context& context, const Expr& arg, const Grid& grid) {
  TRY_ASSIGN(const auto rows, vector_of(context, arg, grid));
  std::vector<Histogram> all;
  std::unordered_map<std::string, size_t> known;
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows->next(row));
    if (!there) break;
    if (std::all_of(row.values.begin(), row.values.end(), is_absent)) continue;
    const std::string_view le = row.labels.get(kBound);
    const std::optional<double> bound = parse_bound(le);
    if (!bound) {
      context.notes.warn(fmt::format("bucket label \"le\" is missing or has a malformed value of {}{}", quoted(le),
                                     for_metric(row.labels)),
                         arg.span);
      continue;
    }
    model::Labels labels = row.labels.with({{kBound, ""}});
    const auto [at, is_new] = known.try_emplace(labels.encoded(), all.size());
    if (is_new) all.push_back({std::move(labels), {}});
    all[at->second].series.push_back({*bound, std::move(row.values)});
  }
  for (Histogram& h : all) {
    std::stable_sort(h.series.begin(), h.series.end(),
                     [](const BucketSeries& a, const BucketSeries& b) { return a.bound < b.bound; });
  }
  return all;
}

void note_repair(Context& context, const model::Labels& labels, const Repair& repair, Span span) {
  if (!repair.forced) return;
  context.notes.info(
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" +
          for_metric(labels),
      span);
}

/// One row a histogram: f(buckets at a point, the point) where it has buckets.
template <typename F>
Row row_of(const Histogram& histogram, const Grid& grid, F&& f) {
  Row row{.labels = histogram.labels, .drop_name = true, .values = Column(grid.count, absent())};
  std::vector<Bucket> buckets;
  for (size_t i = 0; i < grid.count; ++i) {
    histogram.at(i, buckets);
    if (!buckets.empty()) row.values[i] = f(buckets, i);
  }
  return row;
}

Row quantile_row(Context& context, const Histogram& histogram, const Grid& grid, const Column& q, Span span) {
  return row_of(histogram, grid, [&](std::vector<Bucket>& buckets, size_t i) {
    Repair repair;
    const double quantile = bucket_quantile(q[i], buckets, repair);
    note_repair(context, histogram.labels, repair, span);
    return quantile;
  });
}

void note_quantiles(Context& context, const Column& q, Span span) {
  for (const double v : q) note_quantile(context.notes, v, span);
}

}  // namespace

/// histogram_quantile(q, buckets)
Result<std::unique_ptr<Rows>> histogram_quantile(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  TRY_ASSIGN(const Column q, scalar_of(context, *call.args[0], grid));
  TRY_ASSIGN(const auto histograms, read_histograms(context, *call.args[1], grid));
  note_quantiles(context, q, call.args[0]->span);
  std::vector<Row> rows;
  for (const Histogram& h : histograms) rows.push_back(quantile_row(context, h, grid, q, call.args[1]->span));
  return these_rows(std::move(rows));
}

/// histogram_quantiles(buckets, label, q …)
Result<std::unique_ptr<Rows>> histogram_quantiles(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  const std::string& label = unparen(*call.args[1]).as<StringLiteral>()->value;
  TRY_ASSIGN(const auto histograms, read_histograms(context, *call.args[0], grid));
  std::vector<Row> rows;
  for (size_t k = 2; k < call.args.size(); ++k) {
    TRY_ASSIGN(const Column q, scalar_of(context, *call.args[k], grid));
    note_quantiles(context, q, call.args[k]->span);
    for (const Histogram& h : histograms) {
      rows.push_back(quantile_row(context, h, grid, q, call.args[0]->span));
      rows.back().labels = rows.back().labels.with({{label, number_text(q[0])}});
    }
  }
  return these_rows(std::move(rows));
}

/// histogram_fraction(lower, upper, buckets)
Result<std::unique_ptr<Rows>> histogram_fraction(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  TRY_ASSIGN(const Column lower, scalar_of(context, *call.args[0], grid));
  TRY_ASSIGN(const Column upper, scalar_of(context, *call.args[1], grid));
  TRY_ASSIGN(const auto histograms, read_histograms(context, *call.args[2], grid));
  std::vector<Row> rows;
  for (const Histogram& h : histograms) {
    rows.push_back(row_of(
        h, grid, [&](std::vector<Bucket>& buckets, size_t i) { return bucket_fraction(lower[i], upper[i], buckets); }));
  }
  return these_rows(std::move(rows));
}

}  // namespace oreum::promql::functions
