#include "promql/eval/engine.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "promql/eval/build.h"
#include "promql/eval/merge.h"
#include "promql/eval/query_cache.h"
#include "storage/columns.h"

namespace oreum::promql {

class Engine::Cache : public QueryCache {
 public:
  using QueryCache::QueryCache;
};

namespace {

/// Times that far from 1970 leave room for every sum of offsets and ranges.
constexpr int64_t kFarthest = 9'000'000'000'000'000;

Status check_times(TimestampMs start, TimestampMs end) {
  if (start.ms >= -kFarthest && end.ms <= kFarthest) return {};
  return Error(Code::kInvalidArgument, "the time of the query is out of range: more than 280,000 years from 1970");
}

void drop_name(Row& row) {
  if (!row.drop_name) return;
  row.labels = row.labels.with({{model::kMetricName, ""}});
  row.drop_name = false;
}

/// One evaluation from the context to the result.
class Evaluation {
 public:
  Evaluation(const storage::Queryable& store, const EngineOptions& options, const QueryOptions& asked, Grid grid,
             int64_t end, bool is_range)
      : budget_(asked.at_hand ? kAtHand : options.limits, asked.deadline, asked.cancelled),
        context_{.store = store,
                 .options = options,
                 .query = grid,
                 .range_end = end,
                 .is_range = is_range,
                 .look_back = asked.look_back.count() > 0 ? asked.look_back.count() : options.look_back.count(),
                 .at_hand = asked.at_hand,
                 .notes = result_.notes,
                 .budget = budget_} {
    result_.grid = grid;
  }

  Result<QueryResult> instant(const Expr& expr) {
    switch (expr.type) {
      case ValueType::kScalar: TRY(instant_scalar(expr)); break;
      case ValueType::kString: result_.value = unparen(expr).as<StringLiteral>()->value; break;
      case ValueType::kVector: TRY(instant_vector(expr)); break;
      case ValueType::kMatrix: TRY(instant_ranges(expr)); break;
    }
    return finish();
  }

  Result<QueryResult> range(const Expr& expr) {
    TRY_ASSIGN(const auto rows, vector_of(context_, expr, grid()));
    std::vector<Row> all;
    TRY(collect(*rows, all));
    TRY(merge_same(all));
    std::sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.labels < b.labels; });
    OutputMatrix matrix;
    matrix.reserve(all.size());
    for (Row& row : all) matrix.push_back({std::move(row.labels), std::move(row.values)});
    result_.value = std::move(matrix);
    return finish();
  }

 private:
  const Grid& grid() const { return result_.grid; }

  Result<QueryResult> finish() {
    result_.samples = budget_.samples();
    result_.series = budget_.series();
    return std::move(result_);
  }

  Status check_points(size_t points) const {
    const uint64_t limit = context_.options.limits.points;
    if (points <= limit) return {};
    return Error(Code::kResourceExhausted,
                 fmt::format("the answer would have more than {} points (query.max_points); ask for fewer series, a "
                             "shorter range or a longer step",
                             limit));
  }

  Status instant_scalar(const Expr& expr) {
    TRY_ASSIGN(const Column values, scalar_of(context_, expr, grid()));
    result_.value = OutputPoint{grid().start, values.front()};
    return {};
  }

  Status instant_vector(const Expr& expr) {
    TRY_ASSIGN(const auto rows, vector_of(context_, expr, grid()));
    OutputVector vector;
    bool may_repeat = false;
    for (Row row;;) {
      TRY_ASSIGN(const bool there, rows->next(row));
      if (!there) break;
      if (is_absent(row.values.front())) continue;
      may_repeat |= row.drop_name || !unparen(expr).as<VectorSelector>();
      drop_name(row);
      vector.push_back({std::move(row.labels), {grid().start, row.values.front()}});
      TRY(check_points(vector.size()));
    }
    if (may_repeat) TRY(check_unique(vector));
    result_.value = std::move(vector);
    return {};
  }

  static Status check_unique(const OutputVector& vector) {
    if (vector.size() < 2) return {};
    std::unordered_set<std::string_view> seen;
    seen.reserve(vector.size());
    for (const OutputSample& sample : vector) {
      if (seen.insert(sample.labels.encoded()).second) continue;
      return Error(Code::kInvalidArgument, "vector cannot contain metrics with the same labelset");
    }
    return {};
  }

  Status instant_ranges(const Expr& expr) {
    TRY_ASSIGN(const auto rows, matrix_of(context_, expr, grid()));
    OutputRanges ranges;
    size_t points = 0;
    for (RangeRow row;;) {
      TRY_ASSIGN(const bool there, rows->next(row));
      if (!there) break;
      const Window window = row.windows.front();
      if (window.size() == 0) continue;
      points += window.size();
      TRY(check_points(points));
      ranges.push_back({row.drop_name ? row.labels.with({{model::kMetricName, ""}}) : row.labels,
                        {row.t.begin() + window.first, row.t.begin() + window.last},
                        {row.v.begin() + window.first, row.v.begin() + window.last}});
    }
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.labels < b.labels; });
    TRY(unite(ranges));
    result_.value = std::move(ranges);
    return {};
  }

  /// Series that are the same without their names become one where their times do not meet.
  static Status unite(OutputRanges& ranges) {
    size_t kept = 0;
    for (size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[kept].labels != ranges[i].labels) {
        if (++kept != i) ranges[kept] = std::move(ranges[i]);
        continue;
      }
      storage::Columns all{std::move(ranges[kept].t), std::move(ranges[kept].v)};
      const size_t count = all.t.size() + ranges[i].t.size();
      storage::merge_into(all, {std::move(ranges[i].t), std::move(ranges[i].v)});
      if (all.t.size() != count) {
        return Error(Code::kInvalidArgument, "vector cannot contain metrics with the same labelset");
      }
      ranges[kept].t = std::move(all.t);
      ranges[kept].v = std::move(all.v);
    }
    ranges.resize(std::min(ranges.size(), kept + 1));
    return {};
  }

  Status collect(Rows& rows, std::vector<Row>& all) {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, rows.next(row));
      if (!there) return {};
      if (!has_points(row.values)) continue;
      drop_name(row);
      all.push_back(std::move(row));
      row = {};
      TRY(check_points(all.size() * grid().count));
    }
  }

  QueryResult result_;
  Budget budget_;
  Context context_;
};

}  // namespace

Engine::Engine(const storage::Queryable& store, EngineOptions options)
    : store_(store), options_(options), cache_(std::make_unique<Cache>(options.parsed_queries)) {}

Engine::~Engine() = default;

Result<std::shared_ptr<const Query>> Engine::prepare(std::string_view text) {
  if (auto known = cache_->find(text)) return known;
  TRY_ASSIGN(auto query, parse(text, {.experimental = options_.experimental}));
  cache_->add(query);
  return query;
}

Result<QueryResult> Engine::instant(const Query& query, TimestampMs at, const QueryOptions& options) {
  TRY(check_times(at, at));
  return Evaluation(store_, options_, options, Grid::instant(at.ms), at.ms, false).instant(*query.root);
}

Result<QueryResult> Engine::range(const Query& query, TimestampMs start, TimestampMs end, milliseconds step,
                                  const QueryOptions& options) {
  TRY(check_times(start, end));
  if (query.root->type != ValueType::kScalar && query.root->type != ValueType::kVector) {
    return Error(Code::kInvalidArgument,
                 fmt::format("invalid expression type \"{}\" for range query, must be Scalar or instant Vector",
                             type_text(query.root->type)));
  }
  const Grid grid{start.ms, step.count(), static_cast<size_t>((end - start) / step) + 1};
  TRY(check_times(start, {grid.end()}));
  return Evaluation(store_, options_, options, grid, end.ms, true).range(*query.root);
}

}  // namespace oreum::promql
