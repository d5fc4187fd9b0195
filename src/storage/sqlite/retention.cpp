// Retention: whole chunks go, oldest first, a bounded number in each transaction so that appends wait little.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/fault_points.h"
#include "storage/sqlite/engine.h"

namespace oreum::storage {

namespace {

constexpr size_t kChunksAtOnce = 500;
constexpr uint64_t kRowOverhead = 60;  // a chunk's row and its index entries, about
constexpr int64_t kPageSize = 4096;
constexpr int64_t kPagesAtOnce = 256;
// Free pages below this are left for the next chunks.
constexpr int64_t kKeptFreePages = 256;

}  // namespace

Status SqliteEngine::apply_retention(TimestampMs now) {
  const MutexLock lock(maintenance_mu_);
  if (options_.retention.age.count() > 0) TRY(note(retain_by_age(now)));
  if (options_.retention.bytes > 0) TRY(note(retain_by_size()));
  TRY(note(delete_empty_series()));
  compact_index();
  return note(give_back_pages());
}

Status SqliteEngine::retain_by_age(TimestampMs now) {
  const TimestampMs horizon = now - options_.retention.age;
  for (;;) {
    const MutexLock write(write_mu_);
    TRY_ASSIGN(const Expired expired, oldest(horizon, UINT64_MAX));
    if (expired.ids.empty()) return {};
    TRY(delete_chunks(expired));
  }
}

Status SqliteEngine::retain_by_size() {
  for (;;) {
    const MutexLock write(write_mu_);
    TRY_ASSIGN(const uint64_t used, used_bytes());
    if (used <= options_.retention.bytes) return {};
    TRY_ASSIGN(const Expired expired, oldest(TimestampMs::max(), used - options_.retention.bytes));
    if (expired.ids.empty()) return {};  // the journal alone is that big: the next seal frees it
    TRY(delete_chunks(expired));
  }
}

Result<uint64_t> SqliteEngine::used_bytes() {
  TRY_ASSIGN(const int64_t pages, writer_.db.query_int("PRAGMA page_count"));
  TRY_ASSIGN(const int64_t free, writer_.db.query_int("PRAGMA freelist_count"));
  return static_cast<uint64_t>((pages - free) * kPageSize);
}

Result<SqliteEngine::Expired> SqliteEngine::oldest(TimestampMs before, uint64_t bytes) {
  Expired expired;
  db::Statement& select = writer_.oldest_chunks;
  TRY(select.bind(1, before.ms));
  while (expired.ids.size() < kChunksAtOnce && expired.bytes < bytes) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) return expired;
    expired.ids.push_back(select.column_int(0));
    expired.refs.emplace_back(select.column_int(1), select.column_int(2));
    expired.bytes += static_cast<uint64_t>(select.column_int(3)) + kRowOverhead;
  }
  select.reset();
  return expired;
}

Status SqliteEngine::delete_chunks(const Expired& expired) {
  std::map<int64_t, std::pair<int64_t, int64_t>> gone;  // ref → chunks, samples
  for (const auto& [ref, n] : expired.refs) {
    ++gone[ref].first;
    gone[ref].second += n;
  }
  std::vector<std::pair<HeadSeries*, StoredRange>> changed;
  head_for_writer().for_each([&](HeadSeries& series) {
    const auto it = gone.find(series.ref);
    if (it == gone.end()) return;
    StoredRange range = series.stored;
    range.chunks -= it->second.first;
    range.samples -= it->second.second;
    changed.emplace_back(&series, range);
  });
  TRY(writer_.db.sync_commits(true));
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
  for (const int64_t id : expired.ids) {
    TRY(writer_.delete_chunk.bind(1, id));
    TRY(writer_.delete_chunk.run());
  }
  for (auto& [series, range] : changed) {
    if (range.chunks == 0) {
      range = {};
    } else {
      TRY(writer_.series_t_min.bind(1, series->ref));
      TRY_ASSIGN(const bool row, writer_.series_t_min.step());
      if (row) range.t_min = {writer_.series_t_min.column_int(0)};
      writer_.series_t_min.reset();
    }
    TRY(update_series_row(series->ref, range));
  }
  TRY(fault::point(kFaultRetentionBeforeCommit));
  TRY(transaction.commit());
  Status after = fault::point(kFaultRetentionAfterCommit);

  const MutexLock lock(mu_);
  for (const auto& [series, range] : changed) {
    const auto samples = static_cast<uint64_t>(series->stored.samples - range.samples);
    counters_.samples -= samples;
    counters_.deleted_samples += samples;
    counters_.chunks -= static_cast<uint64_t>(series->stored.chunks - range.chunks);
    series->stored = range;
  }
  return after;
}

Status SqliteEngine::delete_empty_series() {
  const MutexLock write(write_mu_);
  std::vector<HeadSeries*> empty;
  TimestampMs t_min = TimestampMs::max();
  TimestampMs t_max = TimestampMs::min();
  head_for_writer().for_each([&](HeadSeries& series) {
    if (!series.has_samples()) empty.push_back(&series);
    t_min = std::min({t_min, series.stored.t_min, series.open.t_min()});
    t_max = std::max({t_max, series.stored.t_max, series.open.t_max()});
    if (series.frozen != nullptr) {
      t_min = std::min(t_min, series.frozen->t_min());
      t_max = std::max(t_max, series.frozen->t_max());
    }
  });
  if (!empty.empty()) {
    TRY(writer_.db.sync_commits(true));
    TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(writer_.db));
    for (const HeadSeries* series : empty) {
      TRY(writer_.delete_series.bind(1, series->ref));
      TRY(writer_.delete_series.run());
    }
    TRY(transaction.commit());
    admission_.forget();
  }
  const MutexLock lock(mu_);
  for (HeadSeries* series : empty) head_.erase(series);
  counters_.t_min = t_min;
  counters_.t_max = t_max;
  return {};
}

void SqliteEngine::compact_index() {
  Head::Compaction compaction;
  {
    const MutexLock lock(mu_);
    if (!head_.wants_compaction()) return;
    compaction = head_.begin_compaction();
  }
  compaction.build();
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  head_.finish_compaction(compaction);
}

Status SqliteEngine::give_back_pages() {
  for (;;) {
    const MutexLock write(write_mu_);
    TRY_ASSIGN(const int64_t pages, writer_.db.query_int("PRAGMA page_count"));
    TRY_ASSIGN(const int64_t free, writer_.db.query_int("PRAGMA freelist_count"));
    if (free <= kKeptFreePages || free * 8 <= pages) return {};
    TRY(writer_.db.exec(fmt::format("PRAGMA incremental_vacuum({})", kPagesAtOnce)));
    TRY_ASSIGN(const int64_t left, writer_.db.query_int("PRAGMA freelist_count"));
    if (left >= free) return {};
  }
}

}  // namespace oreum::storage
