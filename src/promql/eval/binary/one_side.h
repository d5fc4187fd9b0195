// The side of a match on which a match group has one series at a point: kept whole, while the other side passes by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "promql/eval/context.h"
#include "promql/eval/label_filter.h"
#include "promql/eval/label_table.h"
#include "promql/eval/point_sets.h"
#include "promql/eval/rows.h"

namespace oreum::promql {

/// Series by match group. A group may have several whose points do not meet; where they do, there is a clash, which is
/// an error only where the other side has any series at all. Not thread-safe.
class OneSide {
 public:
  OneSide(const VectorMatching& matching, size_t points);

  Status read(Rows& rows, Budget& budget);

  /// The number of the group that a series of either side belongs to; a new group has no rows.
  uint32_t group_of(const model::Labels& labels);
  /// What groups are named by: the labels matched on.
  model::Labels group_labels(uint32_t group) const { return labels_from(groups_.key(group)); }
  size_t groups() const { return groups_.size(); }
  /// Where a group has a value.
  ConstPoints present(uint32_t group) const { return present_[group]; }

  const std::vector<Row>& rows() const { return rows_; }
  uint32_t group_of_row(size_t row) const { return group_of_row_[row]; }
  /// The first row of a group, then the one after a row; kNone at the end.
  uint32_t first_row(uint32_t group) const { return first_[group]; }
  uint32_t next_row(uint32_t row) const { return next_[row]; }
  static constexpr uint32_t kNone = UINT32_MAX;

  bool has_clashes() const { return !clashes_.empty(); }
  /// The first point with a clash among those in `others`.
  std::optional<size_t> first_clash(ConstPoints others) const { return first_common(clashes_, others); }
  /// Says which series clash at a point; `side` is "left" or "right".
  std::string clash_text(size_t point, std::string_view side) const;

 private:
  void append(Row row);
  void grow();

  LabelFilter filter_;
  size_t points_;
  LabelTable groups_;
  std::vector<Row> rows_;
  std::vector<uint32_t> group_of_row_;
  std::vector<uint32_t> next_;   // by row
  std::vector<uint32_t> first_;  // by group
  std::vector<uint32_t> last_;   // by group
  PointSets present_;            // by group
  std::vector<uint64_t> clashes_;
  std::string key_;
};

}  // namespace oreum::promql
