// The engine: parsed queries in, values out.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/raw_vector.h"
#include "base/result.h"
#include "model/labels.h"
#include "promql/eval/annotations.h"
#include "promql/eval/grid.h"
#include "promql/eval/limits.h"
#include "promql/parse/parser.h"
#include "storage/queryable.h"

namespace oreum::promql {

struct OutputPoint {
  int64_t t = 0;  // milliseconds
  double v = 0;
};

/// A series of an instant vector.
struct OutputSample {
  model::Labels labels;
  OutputPoint point;
};

/// A series of a range query: its values over the grid, where not absent.
struct OutputSeries {
  model::Labels labels;
  Column values;
};

/// Samples of `foo[5m]` as an instant query answers it.
struct OutputRange {
  model::Labels labels;
  RawVector<int64_t> t;
  RawVector<double> v;
};

using OutputVector = std::vector<OutputSample>;
using OutputMatrix = std::vector<OutputSeries>;
using OutputRanges = std::vector<OutputRange>;

/// What a query answered. A range query always answers an OutputMatrix, sorted by labels; an instant one what its
/// expression is.
struct QueryResult {
  std::variant<OutputPoint, std::string, OutputVector, OutputMatrix, OutputRanges> value;
  Grid grid;
  Annotations notes;
  uint64_t samples = 0;  // read from the store
  uint64_t series = 0;
};

/// What a caller may say of one query.
struct QueryOptions {
  Deadline deadline;
  const std::atomic<bool>* cancelled = nullptr;  // looked at between series
  milliseconds look_back{0};                     // 0: the engine's
  bool at_hand = false;                          // kUnavailable or kResourceExhausted unless it is answered at once
};

/// Thread-safe: any number of queries at once, each on its caller's thread.
class Engine {
 public:
  Engine(const storage::Queryable& store, EngineOptions options);
  ~Engine();

  /// The tree of a text, from the cache where it is there. Errors as of parse().
  Result<std::shared_ptr<const Query>> prepare(std::string_view text);

  /// kInvalidArgument: the query cannot be answered ("found duplicate series …"); kResourceExhausted: a limit;
  /// kDeadlineExceeded, kCancelled; what the store says.
  Result<QueryResult> instant(const Query& query, TimestampMs at, const QueryOptions& options);
  /// `step` > 0, start ≤ end. The expression must be a scalar or an instant vector.
  Result<QueryResult> range(const Query& query, TimestampMs start, TimestampMs end, milliseconds step,
                            const QueryOptions& options);

  const EngineOptions& options() const { return options_; }

 private:
  class Cache;
  const storage::Queryable& store_;
  const EngineOptions options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace oreum::promql
