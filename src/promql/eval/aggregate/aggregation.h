// What the aggregations share. One that is new is a file with a factory, named here and in the table of aggregate.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/label_filter.h"
#include "promql/eval/label_table.h"
#include "promql/eval/rows.h"

namespace oreum::promql {

/// One aggregation to be done.
struct Aggregation {
  Context& context;
  const Aggregate& node;
  const Grid& grid;
  std::unique_ptr<Rows> input;
  Column param;  // of those that take a number, one a point
};
using AggregationFactory = Result<std::unique_ptr<Rows>>(Aggregation);

AggregationFactory make_sum;           // sum.cpp
AggregationFactory make_avg;           // avg.cpp
AggregationFactory make_count;         // count.cpp
AggregationFactory make_group;         // count.cpp
AggregationFactory make_min;           // extreme.cpp
AggregationFactory make_max;           // extreme.cpp
AggregationFactory make_stddev;        // deviation.cpp
AggregationFactory make_stdvar;        // deviation.cpp
AggregationFactory make_topk;          // top.cpp
AggregationFactory make_bottomk;       // top.cpp
AggregationFactory make_count_values;  // count_values.cpp
AggregationFactory make_quantile;      // quantile.cpp
AggregationFactory make_limitk;        // limit.cpp
AggregationFactory make_limit_ratio;   // limit.cpp

/// The groups of an aggregation, numbered as they come.
class Groups {
 public:
  Groups(const std::vector<std::string>& names, bool without) : filter_(LabelFilter::grouping(names, !without)) {}
  explicit Groups(const Aggregate& node) : Groups(node.grouping, node.without) {}

  /// The number of a series' group; a new one's is the size() before.
  uint32_t add(const Row& row) {
    filter_.encode(row.labels, key_);
    const uint32_t number = table_.add(key_);
    if (number == drop_name_.size()) drop_name_.push_back(0);
    drop_name_[number] |= static_cast<uint8_t>(row.drop_name);
    return number;
  }
  size_t size() const { return table_.size(); }
  model::Labels labels(size_t number) const { return labels_from(table_.key(number)); }
  /// Whether the name of any of its series was to be dropped.
  bool drop_name(size_t number) const { return drop_name_[number] != 0; }

 private:
  LabelFilter filter_;
  LabelTable table_;
  std::vector<uint8_t> drop_name_;
  std::string key_;
};

/// A value for each point of each group, in one piece of memory.
template <typename T>
class GroupColumns {
 public:
  explicit GroupColumns(size_t points) : points_(points) {}
  /// A column more, of so many copies of `first`.
  void add(const T& first) { cells_.resize(cells_.size() + points_, first); }
  std::span<T> operator[](size_t group) { return {cells_.data() + group * points_, points_}; }

 private:
  size_t points_;
  std::vector<T> cells_;
};

/// An aggregation that adds a series up and forgets it. `State` has
///   explicit State(size_t points);
///   void add_group();
///   void add(size_t group, const Column& values);  // values may be absent
///   void finish(size_t group, Column& out);        // `out` has all points, absent
template <typename State>
class StreamedRows final : public Rows {
 public:
  explicit StreamedRows(Aggregation aggregation)
      : budget_(aggregation.context.budget),
        points_(aggregation.grid.count),
        input_(std::move(aggregation.input)),
        groups_(aggregation.node),
        state_(aggregation.grid.count) {}

  Result<bool> next(Row& out) override {
    if (input_) TRY(read());
    if (at_ == groups_.size()) return false;
    out.labels = groups_.labels(at_);
    out.drop_name = groups_.drop_name(at_);
    out.values.assign(points_, absent());
    state_.finish(at_++, out.values);
    return true;
  }

 private:
  Status read() {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, input_->next(row));
      if (!there) break;
      if (!has_points(row.values)) continue;
      const size_t known = groups_.size();
      const uint32_t group = groups_.add(row);
      if (group == known) {
        TRY(budget_.hold_points(points_));
        state_.add_group();
      }
      state_.add(group, row.values);
    }
    input_.reset();
    return {};
  }

  Budget& budget_;
  const size_t points_;
  std::unique_ptr<Rows> input_;  // null once read
  Groups groups_;
  State state_;
  size_t at_ = 0;
};

/// The answer of an aggregation that can answer nothing.
class NoRows final : public Rows {
 public:
  Result<bool> next(Row& /*out*/) override { return false; }
};

/// Whole numbers out of a column, as of topk(2.7, …); an error when one is NaN or does not fit 64 bits.
Result<std::vector<int64_t>> whole_param(const Column& param);

}  // namespace oreum::promql
