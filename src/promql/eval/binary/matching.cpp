// Arithmetic and comparisons between two vectors. Series find each other once, over the whole grid; what is an error
// is one only where the series that do not go together have values at the same point.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "promql/eval/binary/one_side.h"
#include "promql/eval/binary/result_labels.h"
#include "promql/eval/binary/side.h"

namespace oreum::promql {

namespace {

/// Rows that were read ahead.
class ReadRows final : public Rows {
 public:
  Status read(Rows& rows) {
    for (Row row;;) {
      TRY_ASSIGN(const bool there, rows.next(row));
      if (!there) return {};
      rows_.push_back(std::move(row));
      row = {};
    }
  }
  const std::vector<Row>& rows() const { return rows_; }
  Result<bool> next(Row& out) override {
    if (at_ == rows_.size()) return false;
    out = std::move(rows_[at_++]);
    return true;
  }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

/// The error of the earliest point: what an evaluation point by point would have met first.
struct FirstError {
  std::optional<size_t> point;
  std::string text;

  void note(size_t at, std::string_view what) {
    if (point && *point <= at) return;
    point = at;
    text = what;
  }
};

/// Which results have been answered where, so that a second one at the same point is found out.
class Answered {
 public:
  enum Key { kGroup, kLabels };
  /// `twice` is the error's text. By kLabels, a group may have many results of different labels.
  Answered(Key by, size_t points, std::string_view twice) : by_(by), twice_(twice), sets_(points) {}

  void add(uint32_t group, const model::Labels& labels, ConstPoints where, FirstError& error) {
    const uint32_t number = by_ == kGroup ? group : number_of(group, labels);
    sets_.grow(number + size_t{1});
    if (const auto point = first_common(sets_[number], where)) error.note(*point, twice_);
    add_points(where, sets_[number]);
  }

 private:
  uint32_t number_of(uint32_t group, const model::Labels& labels) {
    key_.assign(reinterpret_cast<const char*>(&group), sizeof group);
    key_ += labels.encoded();
    return results_.add(key_);
  }

  const Key by_;
  const std::string_view twice_;
  LabelTable results_;  // of kLabels: groups with labels
  PointSets sets_;
  std::string key_;
};

constexpr std::string_view kNotExplicit =
    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
constexpr std::string_view kNotUnique = "multiple matches for labels: grouping labels must ensure unique matches";
constexpr std::string_view kSameLabels = "vector cannot contain metrics with the same labelset";

Answered answered(const VectorPair& pair) {
  const bool one_to_one = pair.matching.cardinality == Cardinality::kOneToOne;
  return one_to_one ? Answered(Answered::kGroup, pair.points, kNotExplicit)
                    : Answered(Answered::kLabels, pair.points, kNotUnique);
}

class MatchedRows final : public Rows {
 public:
  explicit MatchedRows(VectorPair pair)
      : context_(pair.context),
        expr_(pair.expr),
        op_(pair.op.op),
        points_(pair.points),
        many_is_right_(pair.matching.cardinality == Cardinality::kOneToMany),
        name_dropped_(pair.op.return_bool),
        filters_(is_trim(op_) || (is_comparison(op_) && !pair.op.return_bool)),
        kernel_(kernel_of(pair.op, Yield::kLeft)),
        many_(std::move(many_is_right_ ? pair.right : pair.left)),
        one_rows_(std::move(many_is_right_ ? pair.left : pair.right)),
        one_(pair.matching, pair.points),
        many_present_(pair.points),
        labels_(pair.op, pair.matching),
        answered_(answered(pair)) {
    const auto& many_fill = many_is_right_ ? pair.matching.fill_right : pair.matching.fill_left;
    const auto& one_fill = many_is_right_ ? pair.matching.fill_left : pair.matching.fill_right;
    // Only a name that is matched on and then dropped makes results of two groups the same; Prometheus does not look
    // at an instant.
    const auto& names = pair.matching.labels;
    const bool by_name = pair.matching.on && std::find(names.begin(), names.end(), model::kMetricName) != names.end();
    if (by_name && !is_comparison(pair.op.op) && points_ > 1)
      across_groups_.emplace(Answered::kLabels, points_, kSameLabels);
    if (many_fill) many_fill_ = Column(points_, *many_fill);
    if (one_fill) one_fill_ = Column(points_, *one_fill);
  }

  Result<bool> next(Row& out) override {
    if (one_rows_) TRY(start());
    for (;;) {
      TRY_ASSIGN(const bool there, step(out));
      if (!there) break;
      if (!error_.point && made_) return true;
    }
    if (error_.point) return Error(Code::kInvalidArgument, error_.text);
    return false;
  }

 private:
  /// Reads the one side; where its series clash, the many side too, to know whether anything is at those points.
  Status start() {
    TRY(one_.read(*one_rows_, context_.budget));
    one_rows_.reset();
    if (!one_.has_clashes()) return {};
    auto ahead = std::make_unique<ReadRows>();
    TRY(ahead->read(*many_));
    // With what is filled in there is something at every point.
    std::vector<uint64_t> any(words_of(points_), many_fill_ ? ~uint64_t{0} : 0);
    for (const Row& row : ahead->rows()) add_present(row.values, any);
    many_ = std::move(ahead);
    if (const auto point = one_.first_clash(any)) {
      error_.note(*point, one_.clash_text(*point, many_is_right_ ? "left" : "right"));
    }
    return {};
  }

  /// One pair of series; `made_` says whether anything came of it. False when there are no more.
  Result<bool> step(Row& out) {
    made_ = false;
    if (pair_row_ != OneSide::kNone) {
      const uint32_t row = pair_row_;
      pair_row_ = one_.next_row(row);
      combine(many_row_.labels, many_row_.values, one_.rows()[row].labels, one_.rows()[row].values, out);
      return true;
    }
    if (one_fill_ready_) {
      one_fill_ready_ = false;
      combine(many_row_.labels, without(many_row_.values, one_.present(group_)), one_.group_labels(group_), *one_fill_,
              out);
      return true;
    }
    if (many_) return next_many();
    return next_unmatched(out);
  }

  Result<bool> next_many() {
    TRY_ASSIGN(const bool there, many_->next(many_row_));
    if (!there) {
      many_.reset();
      return many_fill_.has_value();
    }
    group_ = one_.group_of(many_row_.labels);
    pair_row_ = one_.first_row(group_);
    one_fill_ready_ = one_fill_.has_value();
    if (many_fill_) {
      many_present_.grow(one_.groups());
      add_present(many_row_.values, many_present_[group_]);
    }
    return true;
  }

  /// Of fill: the next series of the one side, where the many side has none in its group.
  Result<bool> next_unmatched(Row& out) {
    if (!many_fill_ || unmatched_ == one_.rows().size()) return false;
    const Row& row = one_.rows()[unmatched_];
    group_ = one_.group_of_row(unmatched_++);
    many_present_.grow(one_.groups());
    combine(one_.group_labels(group_), *many_fill_, row.labels, without(row.values, many_present_[group_]), out);
    return true;
  }

  static Column without(Column values, ConstPoints points) {
    clear_points(points, true, values);
    return values;
  }

  void combine(const model::Labels& many_labels, const Column& many, const model::Labels& one_labels, const Column& one,
               Row& out) {
    const Column& left = many_is_right_ ? one : many;
    const Column& right = many_is_right_ ? many : one;
    out.values.resize(points_);
    kernel_(left.data(), right.data(), out.values.data(), points_);
    made_ = has_points(out.values);
    if (!made_ && !filters_) return;
    // What a filter takes away has been matched all the same.
    where_.assign(words_of(points_), 0);
    add_present(filters_ ? many : out.values, where_);
    if (filters_) keep_present(one, where_);
    if (!any_point(where_)) return;
    if (is_trim(op_)) note_trim(context_, expr_, op_);
    out.labels = labels_.of(many_labels, one_labels);
    out.drop_name = name_dropped_;
    answered_.add(group_, out.labels, where_, error_);
    if (across_groups_) across_groups_->add(0, out.labels, where_, error_);
  }

  Context& context_;
  const Expr& expr_;
  const BinaryOp op_;
  const size_t points_;
  const bool many_is_right_;
  const bool name_dropped_;
  const bool filters_;
  const Kernel kernel_;
  std::unique_ptr<Rows> many_;      // null once read
  std::unique_ptr<Rows> one_rows_;  // null once read
  OneSide one_;
  PointSets many_present_;  // by group, of fill
  std::optional<Column> many_fill_;
  std::optional<Column> one_fill_;
  const ResultLabels labels_;
  Answered answered_;
  std::optional<Answered> across_groups_;
  FirstError error_;

  Row many_row_;        // being matched
  uint32_t group_ = 0;  // of it
  uint32_t pair_row_ = OneSide::kNone;
  bool one_fill_ready_ = false;
  size_t unmatched_ = 0;
  std::vector<uint64_t> where_;  // the pair has values
  bool made_ = false;
};

}  // namespace

std::unique_ptr<Rows> matched_rows(VectorPair pair) { return std::make_unique<MatchedRows>(std::move(pair)); }

}  // namespace oreum::promql
