#include "storage/sqlite/check.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/core.h>

#include "storage/journal.h"
#include "storage/pack_merger.h"
#include "storage/pack_writer.h"
#include "storage/sqlite/pack_table.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/series_block_table.h"

namespace oreum::storage {

namespace {

constexpr std::string_view kRestore = "stop Oreum and restore a backup (oreum backup restore)";
constexpr std::string_view kRestorePack =
    "queries of these series at that time answer with an error, all others are right; a backup (oreum backup restore) "
    "has them";

std::string span_text(const PackMeta& meta) {
  return fmt::format("pack {} ({} to {})", meta.id, format_rfc3339({meta.t_min}), format_rfc3339({meta.t_max}));
}

class Checker {
 public:
  Checker(db::Database& db, const CheckOptions& options) : db_(db), options_(options) {}

  Result<CheckReport> run() {
    TRY(check_file());
    TRY(load_series());
    TRY(load_catalog());
    for (const PackPtr& pack : packs_) TRY(check_pack(*pack));
    check_doubles();
    TRY(check_journal());
    return std::move(report_);
  }

 private:
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

  /// SQLite's own structures.
  Status check_file() {
    TRY_ASSIGN(db::Statement check, db_.prepare("PRAGMA integrity_check(20)"));
    for (;;) {
      TRY_ASSIGN(const bool row, check.step());
      if (!row) break;
      const std::string_view line = check.column_bytes(0);
      if (line != "ok") problem(fmt::format("the database file: {}", line), kRestore);
    }
    TRY_ASSIGN(const int64_t pages, db_.query_int("PRAGMA page_count"));
    TRY_ASSIGN(const int64_t size, db_.query_int("PRAGMA page_size"));
    report_.file_bytes = static_cast<uint64_t>(pages * size);
    return {};
  }

  Status load_series() {
    const Result<std::vector<encoding::NumberedLabels>> all = storage::load_series(db_);
    if (!all) {
      problem(all.error().to_string(), kRestore);
      return {};
    }
    std::unordered_set<model::SeriesId> ids;
    for (const encoding::NumberedLabels& one : *all) {
      Result<model::Labels> labels = model::Labels::decode(one.labels);
      if (!labels) {
        problem(fmt::format("series {}: {}", one.ref, labels.error().to_string()), kRestore);
        continue;
      }
      model::Series series(std::move(*labels));
      if (!ids.insert(series.id).second) {
        problem(fmt::format("{} has two numbers", series.labels.to_string()), kRestore);
      }
      series_.emplace(one.ref, std::move(series));
    }
    report_.series = series_.size();
    return {};
  }

  Status load_catalog() {
    TRY_ASSIGN(PackTable table, PackTable::make(db_));
    Result<std::vector<PackPtr>> packs = table.load();
    if (!packs) {
      problem(packs.error().to_string(), kRestore);
      return {};
    }
    packs_ = std::move(*packs);
    for (const PackPtr& pack : packs_) all_bytes_ += pack->bytes;
    report_.packs = packs_.size();
    TRY_ASSIGN(select_data_, db_.prepare("SELECT data FROM pack_data WHERE id = ?1"));
    TRY_ASSIGN(const std::vector<int64_t> orphans, table.orphans(INT64_MAX));
    report_.garbage_packs = orphans.size();
    return {};
  }

  Result<std::shared_ptr<const encoding::Pack>> load(const PackMeta& meta) {
    TRY(select_data_.bind(1, meta.id));
    TRY_ASSIGN(const bool row, select_data_.step());
    std::string bytes(row ? select_data_.column_bytes(0) : std::string_view());
    select_data_.reset();
    if (!row) return Error(Code::kDataLoss, "its bytes are missing");
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
    if (!pack) {
      // Failing to read the file at all is not a finding about its content.
      if (pack.error().code() != Code::kDataLoss) return Error(pack.error());
      problem(fmt::format("{}: {}", span_text(meta), pack.error().to_string()), kRestorePack);
    } else {
      check_directory(meta, **pack);
      if (report_.problems == before) check_content(meta, **pack);
    }
    if (report_.problems > before) bad_.insert(meta.id);
    read_bytes_ += meta.bytes;
    if (options_.progress) options_.progress(read_bytes_, all_bytes_);
    return {};
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
        return problem(fmt::format("{}: its chunks are not in order", span_text(meta)), kRestorePack);
      }
      last_t = chunk.t_max;
      samples += chunk.count;
      t_min = std::min(t_min, chunk.t_min);
      t_max = std::max(t_max, chunk.t_max);
    }
    if (expected != meta.refs.size() || samples != meta.samples || t_min != meta.t_min || t_max != meta.t_max) {
      problem(fmt::format("{}: its row says {} series and {} samples, it has {} and {}", span_text(meta),
                          meta.refs.size(), meta.samples, expected, samples),
              kRestorePack);
    }
    for (const RefRuns::Run& run : meta.refs.runs()) {
      for (int64_t ref = run.first; ref <= run.last(); ++ref) {
        if (!series_.contains(ref)) {
          return problem(fmt::format("{}: series {} is not in the list of series", span_text(meta), ref), kRestore);
        }
      }
    }
  }

  void check_content(const PackMeta& meta, const encoding::Pack& pack) {
    std::vector<model::SeriesId> ids;
    for (uint32_t i = 0; i < meta.refs.size(); ++i) ids.push_back(series_.at(meta.refs.ref(i)).id);
    const Result<uint64_t> digest = pack_digest(pack, ids);
    if (!digest) {
      problem(fmt::format("{}: {}", span_text(meta), digest.error().to_string()), kRestorePack);
    } else if (*digest != meta.digest) {
      problem(fmt::format("{}: its samples are not those that were written: the digest differs", span_text(meta)),
              kRestorePack);
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
    if (!status) return problem(status.error().to_string(), kRestorePack);
    for (const auto& [ref, n] : distinct) {
      if (n == expected[ref]) continue;
      problem(fmt::format("{} has {} samples twice around {}", name(ref), expected[ref] - n,
                          format_rfc3339({packs.front()->t_min})),
              "answers are right; restore a backup to have counts right, and report this");
    }
  }

  Status check_journal() {
    TRY_ASSIGN(db::Statement select, db_.prepare(kSelectJournal));
    std::unordered_map<int64_t, std::vector<int64_t>> times;
    JournalRow row;
    for (;;) {
      TRY_ASSIGN(const bool more, select.step());
      if (!more) break;
      ++report_.journal_rows;
      const int64_t seq = select.column_int(0);
      if (const Status status = decode_journal_row(select.column_bytes(1), row); !status) {
        problem(fmt::format("journal row {}: {}", seq, status.error().to_string()), kRestore);
        continue;
      }
      report_.journal_samples += row.t.size();
      for (size_t i = 0; i < row.t.size(); ++i) {
        if (!series_.contains(row.refs[i])) {
          problem(fmt::format("journal row {}: series {} is not in the list of series", seq, row.refs[i]), kRestore);
          break;
        }
        times[row.refs[i]].push_back(row.t[i]);
      }
    }
    for (auto& [ref, t] : times) {
      std::sort(t.begin(), t.end());
      if (std::adjacent_find(t.begin(), t.end()) != t.end()) {
        problem(fmt::format("{} has a sample twice in the journal", name(ref)), kRestore);
      }
    }
    for (const PackPtr& pack : packs_) check_against_journal(*pack, times);
    return {};
  }

  void check_against_journal(const PackMeta& meta, const std::unordered_map<int64_t, std::vector<int64_t>>& times) {
    if (meta.resolution != Resolution::kRaw || bad_.contains(meta.id)) return;
    std::shared_ptr<const encoding::Pack> pack;
    for (uint32_t ordinal = 0; ordinal < meta.refs.size(); ++ordinal) {
      const auto found = times.find(meta.refs.ref(ordinal));
      if (found == times.end() || !meta.overlaps({found->second.front()}, {found->second.back()})) continue;
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
        problem(fmt::format("{} has a sample in the journal and in {}", name(found->first), span_text(meta)), kRestore);
    }
  }

  db::Database& db_;
  const CheckOptions& options_;
  CheckReport report_;
  std::unordered_map<int64_t, model::Series> series_;  // by ref
  std::vector<PackPtr> packs_;
  std::unordered_set<int64_t> bad_;  // packs with a problem of their own
  db::Statement select_data_;
  uint64_t all_bytes_ = 0;
  uint64_t read_bytes_ = 0;
};

}  // namespace

Result<CheckReport> check_store(const CheckOptions& options) {
  const std::filesystem::path file = options.folder / "oreum.db";
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    return Error(Code::kNotFound, fmt::format("there is no {}: name the data folder with --data", file.string()));
  }
  TRY_ASSIGN(db::Database db, open_reader(file));
  TRY(recognise(db, file));
  TRY_ASSIGN(const int64_t packs, db.query_int("SELECT count(*) FROM sqlite_schema WHERE name = 'pack'"));
  if (packs == 0) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("{} is of schema 1: start Oreum on it once, that brings it up", file.string()));
  }
  // One read transaction: all tables as of one moment.
  TRY(db.exec("BEGIN"));
  return Checker(db, options).run();
}

}  // namespace oreum::storage
