#include "storage/check.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/core.h>

#include "base/number.h"
#include "storage/engine/series_blocks.h"
#include "storage/journal.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

namespace {

std::string span_text(const PackMeta& meta) {
  return fmt::format("pack {} ({} to {})", meta.id, format_rfc3339({meta.t_min}), format_rfc3339({meta.t_max}));
}

class Checker {
 public:
  Checker(StoreRows& rows, const CheckOptions& options)
      : rows_(rows),
        options_(options),
        restore_(fmt::format("stop Oreum and restore a backup ({})", rows.how_to_restore())),
        restore_pack_(fmt::format("queries of these series at that time answer with an error, all others are right; a "
                                  "backup ({}) has them",
                                  rows.how_to_restore())) {}

  Result<CheckReport> run() {
    TRY(rows_.check_database([this](std::string what) { problem(std::move(what), restore_); }));
    TRY(load_series());
    TRY(load_catalog());
    TRY(load_journal());
    TRY(rows_.end_moment());
    for (const PackPtr& pack : packs_) TRY(check_pack(*pack));
    check_doubles();
    check_journal();
    return std::move(report_);
  }

 private:
  /// What cannot be decoded is a finding; failing to read at all is an error.
  Status damage(const Error& error) {
    if (error.code() != Code::kDataLoss) return error;
    problem(error.to_string(), restore_);
    return {};
  }
  void problem(std::string what, std::string_view advice) {
    ++report_.problems;
    if (report_.findings.size() < options_.most_findings) {
      report_.findings.push_back({std::move(what), std::string(advice)});
    }
  }
  std::string name(int64_t ref) const {
    const auto it = series_.find(ref);
    return it == series_.end() ? fmt::format("series {}", ref) : it->second.labels.to_string();
  }

  Status load_series() {
    SeriesBlockReader blocks;
    Status read = rows_.load_series([&](int64_t first, std::string_view data) { return blocks.add(first, data); });
    const auto all = read ? blocks.finish() : Error(read.error());
    if (!all) return damage(all.error());
    std::unordered_set<model::SeriesId> ids;
    for (const encoding::NumberedLabels& one : *all) {
      Result<model::Labels> labels = model::Labels::decode(one.labels);
      if (!labels) {
        problem(fmt::format("series {}: {}", one.ref, labels.error().to_string()), restore_);
        continue;
      }
      model::Series series(std::move(*labels));
      if (!ids.insert(series.id).second) {
        problem(fmt::format("{} has two numbers", series.labels.to_string()), restore_);
      }
      series_.emplace(one.ref, std::move(series));
    }
    report_.series = series_.size();
    return {};
  }

  Status load_catalog() {
    Result<std::vector<PackPtr>> packs = rows_.load_packs();
    if (!packs) return damage(packs.error());
    packs_ = std::move(*packs);
    for (const PackPtr& pack : packs_) all_bytes_ += pack->bytes;
    report_.packs = packs_.size();
    TRY_ASSIGN(report_.garbage_packs, rows_.count_orphans());
    TRY_ASSIGN(report_.file_bytes, rows_.disk_bytes());
    return {};
  }

  Result<std::shared_ptr<const encoding::Pack>> load(const PackMeta& meta) {
    TRY_ASSIGN(std::string bytes, rows_.read_pack(meta));
    if (bytes.size() != meta.bytes) {
      return Error(Code::kDataLoss, fmt::format("it has {} bytes, its row says {}", bytes.size(), meta.bytes));
    }
    TRY_ASSIGN(encoding::Pack pack, encoding::Pack::open(std::move(bytes)));
    return std::make_shared<const encoding::Pack>(std::move(pack));
  }

  Status check_pack(const PackMeta& meta) {
    (meta.resolution == Resolution::kRaw ? report_.pack_samples : report_.rollup_rows) += meta.samples;
    const uint64_t before = report_.problems;
    const auto pack = load(meta);
    if (!pack && has_gone(meta, pack.error())) return {};
    if (!pack) {
      // Failing to read the file at all is not a finding about its content.
      if (pack.error().code() != Code::kDataLoss) return Error(pack.error());
      problem(fmt::format("{}: {}", span_text(meta), pack.error().to_string()), restore_pack_);
    } else {
      check_directory(meta, **pack);
      if (report_.problems == before) check_content(meta, **pack);
    }
    if (report_.problems > before) bad_.insert(meta.id);
    read_bytes_ += meta.bytes;
    if (options_.progress) options_.progress(read_bytes_, all_bytes_);
    return {};
  }

  /// Put together with others, or deleted, since the catalog was read.
  bool has_gone(const PackMeta& meta, const Error& error) {
    if (error.code() != Code::kUnavailable) return false;
    bad_.insert(meta.id);
    ++report_.gone_packs;
    return true;
  }

  void check_directory(const PackMeta& meta, const encoding::Pack& pack) {
    uint64_t samples = 0;
    int64_t t_min = INT64_MAX;
    int64_t t_max = INT64_MIN;
    uint32_t expected = 0;
    int64_t last_t = 0;
    for (const encoding::PackChunk& chunk : pack.chunks()) {
      if (chunk.series == expected) {
        ++expected;
      } else if (chunk.series + 1 != expected || chunk.t_min <= last_t) {
        return problem(fmt::format("{}: its chunks are not in order", span_text(meta)), restore_pack_);
      }
      last_t = chunk.t_max;
      samples += chunk.count;
      t_min = std::min(t_min, chunk.t_min);
      t_max = std::max(t_max, chunk.t_max);
    }
    if (expected != meta.refs.size() || samples != meta.samples || t_min != meta.t_min || t_max != meta.t_max) {
      problem(fmt::format("{}: its row says {} series and {} samples, it has {} and {}", span_text(meta),
                          meta.refs.size(), meta.samples, expected, samples),
              restore_pack_);
    }
    for (const RefRuns::Run& run : meta.refs.runs()) {
      for (int64_t ref = run.first; ref <= run.last(); ++ref) {
        if (!series_.contains(ref)) {
          return problem(fmt::format("{}: series {} is not in the list of series", span_text(meta), ref), restore_);
        }
      }
    }
  }

  void check_content(const PackMeta& meta, const encoding::Pack& pack) {
    std::vector<model::SeriesId> ids;
    for (uint32_t i = 0; i < meta.refs.size(); ++i) ids.push_back(series_.at(meta.refs.ref(i)).id);
    const Result<uint64_t> digest = pack_digest(pack, ids);
    if (!digest) {
      problem(fmt::format("{}: {}", span_text(meta), digest.error().to_string()), restore_pack_);
    } else if (*digest != meta.digest) {
      problem(fmt::format("{}: its samples are not those that were written: the digest differs", span_text(meta)),
              restore_pack_);
    }
  }

  /// Samples in two packs. Packs of a window that do not overlap cannot have any.
  void check_doubles() {
    std::map<int64_t, std::vector<PackPtr>> windows;
    for (const PackPtr& pack : packs_) {
      if (pack->resolution != Resolution::kRaw || bad_.contains(pack->id)) continue;
      windows[window_of(Resolution::kRaw, pack->t_min)].push_back(pack);
    }
    for (const auto& [window, packs] : windows) {
      std::vector<PackPtr> overlapping;
      for (const PackPtr& a : packs) {
        const bool overlaps = std::any_of(packs.begin(), packs.end(), [&](const PackPtr& b) {
          return a != b && a->refs.meets(b->refs) && a->overlaps({b->t_min}, {b->t_max});
        });
        if (overlaps) overlapping.push_back(a);
      }
      if (!overlapping.empty()) check_doubles_of(overlapping);
    }
  }

  void check_doubles_of(const std::vector<PackPtr>& packs) {
    std::unordered_map<int64_t, uint64_t> expected;
    const auto counting = [&](const PackMeta& meta) -> Result<std::shared_ptr<const encoding::Pack>> {
      auto pack = load(meta);
      if (pack) {
        for (const encoding::PackChunk& chunk : (*pack)->chunks()) expected[meta.refs.ref(chunk.series)] += chunk.count;
      }
      return pack;
    };
    int64_t damaged = 0;
    std::vector<std::pair<int64_t, uint64_t>> distinct;
    const Status status = merge_packs(packs, counting, damaged, [&](int64_t ref, const Rows& rows) -> Status {
      distinct.emplace_back(ref, rows.t.size());
      return {};
    });
    if (!status && status.error().code() == Code::kUnavailable) return;  // one of them has gone meanwhile
    if (!status) return problem(status.error().to_string(), restore_pack_);
    for (const auto& [ref, n] : distinct) {
      if (n == expected[ref]) continue;
      problem(fmt::format("{} has {} samples twice around {}", name(ref), expected[ref] - n,
                          format_rfc3339({packs.front()->t_min})),
              "answers are right; restore a backup to have counts right, and report this");
    }
  }

  Status load_journal() {
    TRY_ASSIGN(const std::string text, rows_.meta(kJournalFloor));
    const std::optional<int64_t> floor = parse_i64(text);
    if (!floor) return damage(Error(Code::kDataLoss, "the journal_floor in table meta is damaged"));
    JournalRow row;
    return rows_.load_journal(*floor, [&](int64_t seq, std::string_view bytes) -> Status {
      add_journal_row(seq, bytes, row);
      return {};
    });
  }

  void add_journal_row(int64_t seq, std::string_view bytes, JournalRow& row) {
    ++report_.journal_rows;
    if (const Status status = decode_journal_row(bytes, row); !status) {
      return problem(fmt::format("journal row {}: {}", seq, status.error().to_string()), restore_);
    }
    report_.journal_samples += row.t.size();
    for (size_t i = 0; i < row.t.size(); ++i) {
      if (!series_.contains(row.refs[i])) {
        return problem(fmt::format("journal row {}: series {} is not in the list of series", seq, row.refs[i]),
                       restore_);
      }
      in_journal_[row.refs[i]].push_back(row.t[i]);
    }
  }

  void check_journal() {
    for (auto& [ref, t] : in_journal_) {
      std::sort(t.begin(), t.end());
      if (std::adjacent_find(t.begin(), t.end()) != t.end()) {
        problem(fmt::format("{} has a sample twice in the journal", name(ref)), restore_);
      }
    }
    for (const PackPtr& pack : packs_) check_against_journal(*pack);
  }

  void check_against_journal(const PackMeta& meta) {
    if (meta.resolution != Resolution::kRaw || bad_.contains(meta.id)) return;
    std::shared_ptr<const encoding::Pack> pack;
    for (uint32_t ordinal = 0; ordinal < meta.refs.size(); ++ordinal) {
      const auto found = in_journal_.find(meta.refs.ref(ordinal));
      if (found == in_journal_.end() || !meta.overlaps({found->second.front()}, {found->second.back()})) continue;
      if (pack == nullptr) {
        auto loaded = load(meta);
        if (!loaded) return;  // said before
        pack = std::move(*loaded);
      }
      Columns columns;
      if (!read_series(*pack, ordinal, {found->second.front()}, {found->second.back()}, columns)) return;
      const bool twice = std::any_of(found->second.begin(), found->second.end(), [&](int64_t t) {
        return std::binary_search(columns.t.begin(), columns.t.end(), t);
      });
      if (twice)
        problem(fmt::format("{} has a sample in the journal and in {}", name(found->first), span_text(meta)), restore_);
    }
  }

  StoreRows& rows_;
  const CheckOptions& options_;
  const std::string restore_, restore_pack_;  // what to do
  CheckReport report_;
  std::unordered_map<int64_t, model::Series> series_;  // by ref
  std::vector<PackPtr> packs_;
  std::unordered_set<int64_t> bad_;                               // packs with a problem of their own
  std::unordered_map<int64_t, std::vector<int64_t>> in_journal_;  // times by ref
  uint64_t all_bytes_ = 0;
  uint64_t read_bytes_ = 0;
};

}  // namespace

Result<CheckReport> check_rows(StoreRows& rows, const CheckOptions& options) { return Checker(rows, options).run(); }

}  // namespace oreum::storage
