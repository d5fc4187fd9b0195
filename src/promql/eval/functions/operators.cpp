#include "promql/eval/functions/operators.h"

#include <algorithm>
#include <utility>

namespace oreum::promql::functions {

namespace {

class TheseRows final : public Rows {
 public:
  explicit TheseRows(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Result<bool> next(Row& out) override {
    if (at_ == rows_.size()) return false;
    out = std::move(rows_[at_++]);
    return true;
  }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

class MappedRows final : public Rows {
 public:
  MappedRows(std::unique_ptr<Rows> rows, std::function<void(Row&)> change)
      : rows_(std::move(rows)), change_(std::move(change)) {}
  Result<bool> next(Row& out) override {
    TRY_ASSIGN(const bool there, rows_->next(out));
    if (there) change_(out);
    return there;
  }

 private:
  std::unique_ptr<Rows> rows_;
  std::function<void(Row&)> change_;
};

}  // namespace

std::unique_ptr<Rows> one_row(Row row) {
  std::vector<Row> rows;
  rows.push_back(std::move(row));
  return these_rows(std::move(rows));
}

std::unique_ptr<Rows> these_rows(std::vector<Row> rows) { return std::make_unique<TheseRows>(std::move(rows)); }

std::unique_ptr<Rows> mapped(std::unique_ptr<Rows> rows, std::function<void(Row&)> change) {
  return std::make_unique<MappedRows>(std::move(rows), std::move(change));
}

Result<std::vector<Row>> read_all(Rows& rows) {
  std::vector<Row> all;
  for (;;) {
    Row row;
    TRY_ASSIGN(const bool there, rows.next(row));
    if (!there) return all;
    if (std::all_of(row.values.begin(), row.values.end(), is_absent)) continue;
    all.push_back(std::move(row));
  }
}

}  // namespace oreum::promql::functions
