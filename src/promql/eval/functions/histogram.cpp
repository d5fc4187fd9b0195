// histogram_quantile, histogram_quantiles, histogram_fraction: of classic histograms, whose buckets are series that
// differ in their label `le`.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/number.h"
#include "base/time.h"
#include "promql/eval/build.h"
#include "promql/eval/functions/buckets.h"
#include "promql/eval/functions/notes.h"
#include "promql/eval/functions/operators.h"
#include "promql/eval/functions/table.h"

namespace oreum::promql::functions {

namespace {

constexpr std::string_view kBound = "le";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

/// 0x1.8p3
std::optional<double> parse_hex_bound(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_of("pP") == std::string_view::npos || (!text.starts_with("0x") && !text.starts_with("0X"))) {
    return std::nullopt;
  }
  text.remove_prefix(2);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

/// As Go's ParseFloat reads it, but NaN is no bound; a number too large is none.
std::optional<double> parse_bound(std::string_view text) {
  std::string plain;  // underscores may separate digits
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  const std::optional<double> bound =
      plain.find_first_of("xX") == std::string::npos ? parse_double(plain) : parse_hex_bound(plain);
  if (!bound || std::isnan(*bound)) return std::nullopt;
  if (std::isinf(*bound) && std::any_of(plain.begin(), plain.end(), is_digit)) return std::nullopt;
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

/// What was put right in the histograms of each metric.
class Repairs {
 public:
  bool empty() const { return metrics_.empty(); }

  void add(const model::Labels& labels, const Repair& repair, int64_t at) {
    if (!repair.forced) return;
    const auto [found, is_new] = metrics_.try_emplace(std::string(labels.metric()), Sum{repair, 0, at, at});
    Sum& sum = found->second;
    sum.all.first_bound = std::min(sum.all.first_bound, repair.first_bound);
    sum.all.last_bound = std::max(sum.all.last_bound, repair.last_bound);
    sum.all.largest = std::max(sum.all.largest, repair.largest);
    sum.from = std::min(sum.from, at);
    sum.to = std::max(sum.to, at);
    ++sum.samples;
  }

  void note(Annotations& notes, Span span) const {
    for (const auto& [metric, sum] : metrics_) {
      notes.info(fmt::format("input to histogram_quantile needed to be fixed for monotonicity (see "
                             "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile){}, "
                             "from buckets {} to {}, with a max diff of {:.2g}, over {} samples from {} to {}",
                             metric.empty() ? "" : " for metric name " + quoted(metric),
                             number_text(sum.all.first_bound), number_text(sum.all.last_bound), sum.all.largest,
                             sum.samples, time_text(sum.from), time_text(sum.to)),
                 span);
    }
  }

 private:
  struct Sum {
    Repair all;
    size_t samples;
    int64_t from;
    int64_t to;
  };
  /// "2026-01-31T12:34:56Z"
  static std::string time_text(int64_t ms) { return format_rfc3339({ms}).substr(0, 19) + 'Z'; }

  std::map<std::string, Sum> metrics_;
};

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

Row quantile_row(const Histogram& histogram, const Grid& grid, const Column& q, Repairs& repairs) {
  return row_of(histogram, grid, [&](std::vector<Bucket>& buckets, size_t i) {
    Repair repair;
    const double quantile = bucket_quantile(q[i], buckets, repair);
    repairs.add(histogram.labels, repair, grid.at(i));
    return quantile;
  });
}

/// A quantile as a label has it: whole numbers with ".0".
std::string quantile_label(double q) {
  if (q == 0) return "0.0";
  std::string text = number_text(q);
  if (std::isfinite(q) && text.find_first_of("e.") == std::string::npos) text += ".0";
  return text;
}

/// The row with its quantile in a label: a row for each there is.
void split_by_quantile(const Row& row, const Column& q, std::string_view label, std::vector<Row>& out) {
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < q.size(); ++i) {
    if (is_absent(row.values[i])) continue;
    const auto [at, is_new] = known.try_emplace(quantile_label(q[i]), out.size());
    if (is_new) {
      out.push_back({row.labels.with({{label, at->first}}), row.drop_name, Column(q.size(), absent())});
    }
    out[at->second].values[i] = row.values[i];
  }
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
  Repairs repairs;
  for (const Histogram& h : histograms) rows.push_back(quantile_row(h, grid, q, repairs));
  repairs.note(context.notes, call.args[1]->span);
  return these_rows(std::move(rows));
}

/// histogram_quantiles(buckets, label, q …)
Result<std::unique_ptr<Rows>> histogram_quantiles(Context& context, const Expr& expr, const Grid& grid) {
  const Call& call = *expr.as<Call>();
  const std::string& label = unparen(*call.args[1]).as<StringLiteral>()->value;
  TRY_ASSIGN(const auto histograms, read_histograms(context, *call.args[0], grid));
  if (label.empty() || !model::is_valid_utf8(label)) {
    return Error(Code::kInvalidArgument, fmt::format("invalid label name in histogram_quantiles(): {}", label));
  }
  std::vector<Row> rows;
  Repairs noted;  // each quantile needs the same
  for (size_t k = 2; k < call.args.size(); ++k) {
    TRY_ASSIGN(const Column q, scalar_of(context, *call.args[k], grid));
    note_quantiles(context, q, call.args[k]->span);
    Repairs repairs;
    for (const Histogram& h : histograms) {
      split_by_quantile(quantile_row(h, grid, q, repairs), q, label, rows);
    }
    if (noted.empty()) noted = std::move(repairs);
  }
  noted.note(context.notes, call.args[0]->span);
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
