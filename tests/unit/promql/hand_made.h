// Vectors made by hand, and what operators make of them as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/number.h"
#include "promql/eval/rows.h"

namespace oreum::promql::test {

/// No value at a point.
inline double none() { return absent(); }

inline Row row(std::initializer_list<model::Label> labels, Column values, bool drop_name = false) {
  return {model::Labels::of(labels), drop_name, std::move(values)};
}

class HandMadeRows final : public Rows {
 public:
  explicit HandMadeRows(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Result<bool> next(Row& out) override {
    if (at_ == rows_.size()) return false;
    out = rows_[at_++];
    return true;
  }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

inline std::unique_ptr<Rows> rows(std::vector<Row> all) { return std::make_unique<HandMadeRows>(std::move(all)); }

/// `a{x="1"} 1 _ NaN`, with ` -name` behind where the name is to be dropped; rows without a point are left out.
inline std::string text_of(const Row& row) {
  std::string text = row.labels.to_string();
  bool any = false;
  for (const double v : row.values) {
    text += ' ';
    any |= !is_absent(v);
    if (is_absent(v)) {
      text += '_';
    } else {
      append_double(text, v);
    }
  }
  if (!any) return "";
  return row.drop_name ? text + " -name" : text;
}

using Lines = std::vector<std::string>;

/// All rows in their order, or the error alone.
inline Lines read(Rows& rows) {
  Lines lines;
  for (Row row;;) {
    const Result<bool> there = rows.next(row);
    if (!there) return {there.error().to_string()};
    if (!*there) return lines;
    if (std::string line = text_of(row); !line.empty()) lines.push_back(std::move(line));
  }
}

}  // namespace oreum::promql::test
