// and, or, unless: per point, whether the other side has a series of the same labels.
#include <string>
#include <utility>

#include "promql/eval/binary/side.h"
#include "promql/eval/label_filter.h"
#include "promql/eval/label_table.h"
#include "promql/eval/point_sets.h"

namespace oreum::promql {

namespace {

/// Where a side has values, by match group.
class Presence {
 public:
  explicit Presence(const VectorPair& pair)
      : budget_(pair.context.budget),
        filter_(LabelFilter::grouping(pair.matching.labels, pair.matching.on)),
        points_of_group_(pair.points / 64 + 1),
        sets_(pair.points) {}

  Status add(const Row& row) {
    filter_.encode(row.labels, key_);
    const size_t known = groups_.size();
    const uint32_t group = groups_.add(key_);
    if (groups_.size() > known) TRY(budget_.hold_points(points_of_group_));
    sets_.grow(groups_.size());
    add_present(row.values, sets_[group]);
    return {};
  }
  /// Makes absent the row's points at which the side has a value (`in`) in the row's group, or has none.
  void clear(bool in, Row& row) {
    filter_.encode(row.labels, key_);
    const auto group = groups_.find(key_);
    if (group) {
      clear_points(std::as_const(sets_)[*group], in, row.values);
    } else if (!in) {
      row.values.assign(row.values.size(), absent());
    }
  }

 private:
  Budget& budget_;
  LabelFilter filter_;
  const size_t points_of_group_;  // a bit each, for what takes 64
  LabelTable groups_;
  PointSets sets_;
  std::string key_;
};

/// and, unless: the left side where the right side has values, or has none.
class FilteredRows final : public Rows {
 public:
  explicit FilteredRows(VectorPair pair)
      : pair_(std::move(pair)), right_(pair_), unless_(pair_.op.op == BinaryOp::kUnless) {}

  Result<bool> next(Row& out) override {
    while (pair_.right) {
      TRY_ASSIGN(const bool there, pair_.right->next(out));
      if (there) {
        TRY(right_.add(out));
      } else {
        pair_.right.reset();
      }
    }
    TRY_ASSIGN(const bool there, pair_.left->next(out));
    if (there) right_.clear(unless_, out);
    return there;
  }

 private:
  VectorPair pair_;
  Presence right_;
  const bool unless_;
};

/// or: the left side, then the right side where the left has none.
class UnitedRows final : public Rows {
 public:
  explicit UnitedRows(VectorPair pair) : pair_(std::move(pair)), left_(pair_) {}

  Result<bool> next(Row& out) override {
    if (pair_.left) {
      TRY_ASSIGN(const bool there, pair_.left->next(out));
      if (there) {
        TRY(left_.add(out));
        return true;
      }
      pair_.left.reset();
    }
    TRY_ASSIGN(const bool there, pair_.right->next(out));
    if (there) left_.clear(true, out);
    return there;
  }

 private:
  VectorPair pair_;
  Presence left_;
};

}  // namespace

std::unique_ptr<Rows> set_rows(VectorPair pair) {
  if (pair.op.op == BinaryOp::kOr) return std::make_unique<UnitedRows>(std::move(pair));
  return std::make_unique<FilteredRows>(std::move(pair));
}

}  // namespace oreum::promql
