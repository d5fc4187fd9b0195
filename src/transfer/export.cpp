#include "transfer/export.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "storage/match.h"
#include "transfer/export_format.h"

namespace oreum::transfer {

namespace {

using model::Matcher;
using storage::CompiledMatchers;
using storage::SeriesSet;

constexpr size_t kPiece = size_t{256} << 10;

class Export {
 public:
  Export(const storage::Queryable& store, const ExportOptions& options, const ExportOut& out)
      : store_(store), options_(options), out_(out), writer_(make_writer(options)) {}

  Result<ExportCounts> run() {
    TRY(compile());
    writer_->begin(text_);
    if (options_.from <= options_.to) TRY(export_all());
    writer_->end(text_);
    TRY(flush());
    return counts_;
  }

 private:
  Status export_all() {
    TRY_ASSIGN(const std::unique_ptr<storage::Querier> querier, store_.querier(options_.from, options_.to));
    TRY_ASSIGN(const std::vector<std::string> metrics, metric_names(*querier));
    for (const Family& family : families_of(metrics, options_.infos)) {
      in_family_ = false;
      for (const std::string& metric : family.metrics) TRY(export_metric(*querier, family, metric));
    }
    return {};
  }

  Status compile() {
    selectors_ = options_.selectors;
    if (selectors_.empty()) selectors_.emplace_back();
    for (const auto& selector : selectors_) {
      TRY_ASSIGN(CompiledMatchers compiled, CompiledMatchers::compile(selector));
      compiled_.push_back(std::move(compiled));
    }
    return {};
  }

  /// Of all selectors, sorted.
  Result<std::vector<std::string>> metric_names(storage::Querier& querier) const {
    std::set<std::string> names;
    for (const auto& selector : selectors_) {
      TRY_ASSIGN(const std::vector<std::string> some, querier.label_values(model::kMetricName, selector));
      names.insert(some.begin(), some.end());
    }
    return std::vector<std::string>(names.begin(), names.end());
  }

  /// A metric at a time: a selection holds what is in memory of all its series.
  Status export_metric(storage::Querier& querier, const Family& family, const std::string& metric) {
    const bool at_once = fits_window(options_.from, options_.to);
    for (size_t i = 0; i < selectors_.size(); ++i) {
      std::vector<Matcher> matchers = selectors_[i];
      matchers.push_back({Matcher::Op::kEqual, std::string(model::kMetricName), metric});
      windows_.clear();
      if (!at_once) TRY(find_windows(matchers, options_.from, options_.to));
      TRY_ASSIGN(const std::unique_ptr<SeriesSet> set, querier.select(matchers));
      while (set->next()) {
        // Series that several selectors match come once.
        const auto earlier = std::span(compiled_).first(i);
        const model::Labels& labels = set->series().labels;
        if (std::ranges::any_of(earlier, [&](const CompiledMatchers& m) { return m.matches(labels); })) continue;
        has_samples_ = false;
        TRY(at_once ? export_set(*set, family) : export_windows(set->series(), family));
        counts_.series += has_samples_ ? 1 : 0;
      }
    }
    return {};
  }

  /// The series at which the set stands.
  Status export_set(SeriesSet& set, const Family& family) {
    if (Status read = set.read(columns_); !read) {
      return std::move(read).error().wrap(fmt::format("reading {}", set.series().labels.to_string()));
    }
    if (columns_.t.empty()) return {};
    if (!in_family_) writer_->family(text_, family);
    in_family_ = true;
    // In pieces, so that the text of a long series does not stand in memory whole.
    constexpr size_t kRows = 2000;
    for (size_t at = 0; at < columns_.t.size(); at += kRows) {
      const auto n = static_cast<std::ptrdiff_t>(std::min(kRows, columns_.t.size() - at));
      const auto first = static_cast<std::ptrdiff_t>(at);
      piece_.t.assign(columns_.t.begin() + first, columns_.t.begin() + first + n);
      piece_.v.assign(columns_.v.begin() + first, columns_.v.begin() + first + n);
      const uint64_t written = writer_->samples(text_, set.series(), piece_);
      counts_.samples += written;
      has_samples_ |= written > 0;
      if (text_.size() >= kPiece) TRY(flush());
    }
    return {};
  }

  /// Unsigned: any two times are less than 2^64 apart.
  static uint64_t length(TimestampMs from, TimestampMs to) {
    return static_cast<uint64_t>(to.ms) - static_cast<uint64_t>(from.ms);
  }
  bool fits_window(TimestampMs from, TimestampMs to) const {
    return length(from, to) < static_cast<uint64_t>(options_.window.count());
  }

  /// The windows in which any of the series may have samples. A part of the range without any is asked about once, and
  /// not each of its windows for each series: samples may be decades apart.
  Status find_windows(std::span<const Matcher> matchers, TimestampMs from, TimestampMs to) {
    bool any = false;
    {
      TRY_ASSIGN(const std::unique_ptr<storage::Querier> querier, store_.querier(from, to));
      TRY_ASSIGN(const std::unique_ptr<SeriesSet> set, querier->select(matchers));
      while (!any && set->next()) {
        TRY_ASSIGN(any, set->may_have_samples());
      }
    }
    if (!any) return {};
    if (fits_window(from, to)) {
      windows_.emplace_back(from, to);
      return {};
    }
    const TimestampMs middle{from.ms + static_cast<int64_t>(length(from, to) / 2)};
    TRY(find_windows(matchers, from, middle));
    return find_windows(matchers, middle + milliseconds(1), to);
  }

  /// One series over a long range, window by window.
  Status export_windows(const model::Series& series, const Family& family) {
    std::vector<Matcher> exact;
    for (const model::Label& label : series.labels) {
      exact.push_back({Matcher::Op::kEqual, std::string(label.name), std::string(label.value)});
    }
    for (const auto& [from, to] : windows_) {
      TRY_ASSIGN(const std::unique_ptr<storage::Querier> querier, store_.querier(from, to));
      TRY_ASSIGN(const std::unique_ptr<SeriesSet> set, querier->select(exact));
      while (set->next()) {
        if (set->series().id == series.id) TRY(export_set(*set, family));
      }
    }
    return {};
  }

  Status flush() {
    counts_.bytes += text_.size();
    std::string piece = std::exchange(text_, std::string());
    text_.reserve(kPiece + kPiece / 4);
    return out_(std::move(piece), counts_);
  }

  const storage::Queryable& store_;
  const ExportOptions& options_;
  const ExportOut& out_;
  const std::unique_ptr<ExportWriter> writer_;
  std::vector<std::vector<Matcher>> selectors_;
  std::vector<CompiledMatchers> compiled_;
  ExportCounts counts_;
  std::string text_;
  storage::Columns columns_;
  storage::Columns piece_;
  std::vector<std::pair<TimestampMs, TimestampMs>> windows_;  // of the present metric
  bool in_family_ = false;                                    // its head is written
  bool has_samples_ = false;                                  // the present series
};

}  // namespace

void keep_within(ExportOptions& options, const storage::StoreStats& stats) {
  options.from = std::max(options.from, stats.t_min);
  options.to = std::min(options.to, stats.t_max);
}

Result<ExportCounts> export_samples(const storage::Queryable& store, const ExportOptions& options,
                                    const ExportOut& out) {
  return Export(store, options, out).run();
}

}  // namespace oreum::transfer
