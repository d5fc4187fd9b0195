#include "promql/eval/binary/one_side.h"

#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "promql/parse/literals.h"

namespace oreum::promql {

namespace {

/// `{__name__="a", x="1"}`: the way errors name a series.
std::string series_text(const model::Labels& labels) {
  std::string text = "{";
  for (const model::Label& label : labels) {
    if (text.size() > 1) text += ", ";
    text += model::is_valid_label_name(label.name) ? std::string(label.name) : quote(label.name);
    text += '=';
    text += quote(label.value);
  }
  return text + '}';
}

}  // namespace

OneSide::OneSide(const VectorMatching& matching, size_t points)
    : filter_(LabelFilter::grouping(matching.labels, matching.on)), points_(points), present_(points) {}

Status OneSide::read(Rows& rows, Budget& budget) {
  for (Row row;;) {
    TRY_ASSIGN(const bool there, rows.next(row));
    if (!there) return {};
    TRY(budget.hold_points(points_));
    append(std::move(row));
    row = {};
  }
}

uint32_t OneSide::group_of(const model::Labels& labels) {
  filter_.encode(labels, key_);
  const uint32_t group = groups_.add(key_);
  if (group == first_.size()) grow();
  return group;
}

void OneSide::grow() {
  first_.push_back(kNone);
  last_.push_back(kNone);
  present_.grow(first_.size());
}

void OneSide::append(Row row) {
  const uint32_t group = group_of(row.labels);
  const auto number = static_cast<uint32_t>(rows_.size());
  if (first_[group] == kNone) {
    first_[group] = number;
    add_present(row.values, present_[group]);
  } else {
    next_[last_[group]] = number;
    std::vector<uint64_t> own(words_of(points_));
    add_present(row.values, own);
    const Points known = present_[group];
    if (first_common(known, own)) {
      clashes_.resize(own.size());
      for (size_t word = 0; word < own.size(); ++word) clashes_[word] |= known[word] & own[word];
    }
    add_points(own, known);
  }
  last_[group] = number;
  next_.push_back(kNone);
  group_of_row_.push_back(group);
  rows_.push_back(std::move(row));
}

// The first series, in their order, that finds its group taken at the point; the two sorted by their texts.
std::string OneSide::clash_text(size_t point, std::string_view side) const {
  std::unordered_map<uint32_t, size_t> taken;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (is_absent(rows_[i].values[point])) continue;
    const auto [known, fresh] = taken.try_emplace(group_of_row_[i], i);
    if (fresh) continue;
    std::string first = series_text(rows_[known->second].labels);
    std::string second = series_text(rows_[i].labels);
    if (second < first) std::swap(first, second);
    return fmt::format(
        "found duplicate series for the match group {} on the {} hand-side of the operation: [{}, {}];many-to-many "
        "matching not allowed: matching labels must be unique on one side",
        series_text(group_labels(group_of_row_[i])), side, first, second);
  }
  return {};
}

}  // namespace oreum::promql
