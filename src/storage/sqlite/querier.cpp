#include "storage/sqlite/querier.h"

#include <algorithm>
#include <tuple>

#include "storage/columns.h"
#include "storage/rows.h"

namespace oreum::storage {

namespace {

/// A series' part of a pack.
struct PackPart {
  uint32_t series;  // its place in the view
  uint32_t ordinal;
  const PackPtr* pack;
};

class SqliteSeriesSet final : public SeriesSet {
 public:
  SqliteSeriesSet(const SqliteEngine& engine, TimestampMs t_min, TimestampMs t_max, SqliteEngine::View view)
      : engine_(engine), t_min_(t_min), t_max_(t_max), view_(std::move(view)) {}

  bool next() override {
    // What has been read is let go of early: a query over many series holds few in memory.
    if (next_ > 0) view_.series[next_ - 1] = {};
    if (next_ == view_.series.size()) return false;
    ++next_;
    return true;
  }
  const model::Series& series() const override { return *view_.series[next_ - 1].series; }

  Status read(Columns& out) override {
    if (!found_) find_parts();
    out.clear();
    const auto at = static_cast<uint32_t>(next_ - 1);
    auto part = std::lower_bound(parts_.begin(), parts_.end(), at,
                                 [](const PackPart& p, uint32_t wanted) { return p.series < wanted; });
    for (; part != parts_.end() && part->series == at; ++part) {
      const PackMeta& meta = **part->pack;
      const auto pack = engine_.load_pack(meta);
      Status status = pack ? read_series(**pack, part->ordinal, t_min_, t_max_, out) : Status(pack.error());
      if (!status) return Error(std::move(status).error()).wrap(SqliteEngine::where(series(), meta));
    }
    TRY(view_.series[at].read(out));
    clip(out, t_min_, t_max_);
    return {};
  }

 private:
  /// One pass over the catalog for all series: which packs hold which of them.
  void find_parts() {
    found_ = true;
    std::vector<std::pair<int64_t, uint32_t>> by_ref;
    for (size_t i = next_ - 1; i < view_.series.size(); ++i) {
      by_ref.emplace_back(view_.series[i].ref, static_cast<uint32_t>(i));
    }
    std::sort(by_ref.begin(), by_ref.end());
    view_.catalog->for_each(Resolution::kRaw, t_min_, t_max_, [&](const PackPtr& pack) {
      auto it = by_ref.begin();
      for (const RefRuns::Run& run : pack->refs.runs()) {
        it = std::lower_bound(it, by_ref.end(), std::pair(run.first, uint32_t{0}));
        for (; it != by_ref.end() && it->first <= run.last(); ++it) {
          parts_.push_back({it->second, run.ordinal + static_cast<uint32_t>(it->first - run.first), &pack});
        }
      }
    });
    std::sort(parts_.begin(), parts_.end(), [](const PackPart& a, const PackPart& b) {
      return std::tuple(a.series, (*a.pack)->t_min) < std::tuple(b.series, (*b.pack)->t_min);
    });
  }

  const SqliteEngine& engine_;
  const TimestampMs t_min_;
  const TimestampMs t_max_;
  SqliteEngine::View view_;
  size_t next_ = 0;
  bool found_ = false;
  std::vector<PackPart> parts_;  // by series and time
};

}  // namespace

Result<std::unique_ptr<SeriesSet>> SqliteQuerier::select(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return std::make_unique<SqliteSeriesSet>(engine_, t_min_, t_max_, engine_.view(compiled, t_min_, t_max_));
}

Result<std::vector<std::string>> SqliteQuerier::label_names(std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.index().label_names(compiled);
}

Result<std::vector<std::string>> SqliteQuerier::label_values(std::string_view name,
                                                             std::span<const model::Matcher> matchers) {
  TRY_ASSIGN(const CompiledMatchers compiled, CompiledMatchers::compile(matchers));
  return engine_.index().label_values(name, compiled);
}

}  // namespace oreum::storage
