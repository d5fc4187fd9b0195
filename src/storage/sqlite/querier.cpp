#include "storage/sqlite/querier.h"

#include "storage/columns.h"

namespace oreum::storage {

namespace {

class SqliteSeriesSet final : public SeriesSet {
 public:
  SqliteSeriesSet(SqliteQuerier& querier, std::vector<HeadSnapshot> series)
      : querier_(querier), series_(std::move(series)) {}
  bool next() override {
    // What has been read is let go of early: a query over many series holds few in memory.
    if (next_ > 0) series_[next_ - 1] = {};
    if (next_ == series_.size()) return false;
    ++next_;
    return true;
  }
  const model::Series& series() const override { return *series_[next_ - 1].series; }
  Status read(Columns& out) override { return querier_.read(series_[next_ - 1], out); }

 private:
  SqliteQuerier& querier_;
  std::vector<HeadSnapshot> series_;
  size_t next_ = 0;
};

}  // namespace

SqliteQuerier::~SqliteQuerier() {
  if (reader_ != nullptr) engine_.readers().give_back(std::move(reader_));
}

Result<std::unique_ptr<SeriesSet>> SqliteQuerier::select(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return std::make_unique<SqliteSeriesSet>(*this, engine_.snapshot(compiled, t_min_, t_max_, *since_));
}

Status SqliteQuerier::read(const HeadSnapshot& series, Columns& out) {
  out.clear();
  if (series.stored.t_min <= t_max_ && t_min_ <= series.stored.t_max) {
    if (reader_ == nullptr) {
      TRY_ASSIGN(reader_, engine_.readers().take());
    }
    TRY(reader_->chunks.read(series.ref, series.series->labels, t_min_, t_max_, out));
  }
  TRY(series.read(out));
  clip(out, t_min_, t_max_);
  return {};
}

Result<std::vector<std::string>> SqliteQuerier::label_names(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.view().label_names(compiled);
}

Result<std::vector<std::string>> SqliteQuerier::label_values(std::string_view name,
                                                             std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.view().label_values(name, compiled);
}

}  // namespace oreum::storage
