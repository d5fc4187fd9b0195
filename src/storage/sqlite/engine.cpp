#include "storage/sqlite/engine.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "storage/fault_points.h"
#include "storage/sqlite/querier.h"

namespace oreum::storage {

namespace {
constexpr std::chrono::seconds kRetryPause(10);
}

Result<std::unique_ptr<Store>> SqliteStore::open(const SqliteOptions& options) {
  TRY_ASSIGN(std::unique_ptr<Store> store, SqliteEngine::open(options));
  return store;
}

Result<SqliteEngine::Writer> SqliteEngine::Writer::make(db::Database db) {
  TRY_ASSIGN(auto insert_series, db.prepare("INSERT INTO series(ref, id, labels) VALUES(?1, ?2, ?3)"));
  TRY_ASSIGN(auto delete_series, db.prepare("DELETE FROM series WHERE ref = ?1"));
  TRY_ASSIGN(auto update_series,
             db.prepare("UPDATE series SET chunks = ?2, samples = ?3, t_min = ?4, t_max = ?5 WHERE ref = ?1"));
  TRY_ASSIGN(auto insert_journal, db.prepare("INSERT INTO journal(seq, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(auto delete_journal, db.prepare("DELETE FROM journal WHERE seq <= ?1"));
  TRY_ASSIGN(auto set_floor, db.prepare("UPDATE meta SET value = ?1 WHERE key = 'journal_floor'"));
  TRY_ASSIGN(auto insert_chunk, db.prepare("INSERT INTO chunk(ref, t_min, t_max, n, data) VALUES(?1, ?2, ?3, ?4, ?5)"));
  TRY_ASSIGN(auto delete_chunk, db.prepare("DELETE FROM chunk WHERE id = ?1"));
  TRY_ASSIGN(auto oldest_chunks,
             db.prepare("SELECT id, ref, n, length(data) FROM chunk WHERE t_max < ?1 ORDER BY t_max"));
  TRY_ASSIGN(auto series_t_min, db.prepare("SELECT min(t_min) FROM chunk WHERE ref = ?1"));
  TRY_ASSIGN(auto chunks, ChunkReader::make(db));
  return Writer{std::move(db),
                std::move(insert_series),
                std::move(delete_series),
                std::move(update_series),
                std::move(insert_journal),
                std::move(delete_journal),
                std::move(set_floor),
                std::move(insert_chunk),
                std::move(delete_chunk),
                std::move(oldest_chunks),
                std::move(series_t_min),
                std::move(chunks)};
}

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(const SqliteOptions& options) {
  TRY(make_dirs(options.folder));
  auto lock = LockFile::take(options.folder / "oreum.lock");
  if (!lock) {
    return std::move(lock).error().wrap(
        fmt::format("opening the data folder {} (choose another with --data)", options.folder.string()));
  }
  TRY_ASSIGN(OpenedDatabase opened, open_database(options.folder / "oreum.db", options.clock));
  TRY_ASSIGN(Writer writer, Writer::make(std::move(opened.db)));
  if (options.max_pages > 0) TRY(writer.db.exec(fmt::format("PRAGMA max_page_count = {}", options.max_pages)));
  std::unique_ptr<SqliteEngine> engine(
      new SqliteEngine(options, std::move(*lock), std::move(writer), std::move(opened)));
  TRY(engine->load());
  if (options.background) {
    engine->worker_ = std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->run(stop); });
  }
  return engine;
}

SqliteEngine::SqliteEngine(const SqliteOptions& options, LockFile lock, Writer writer, OpenedDatabase opened)
    : options_(options),
      file_(options.folder / "oreum.db"),
      lock_(std::move(lock)),
      instance_id_(std::move(opened.instance_id)),
      writer_(std::move(writer)),
      next_seq_(opened.journal_floor + 1),
      readers_(file_) {}

SqliteEngine::~SqliteEngine() = default;

Status SqliteEngine::load() {
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  std::vector<HeadSeries*> by_ref;
  TRY(load_series(by_ref));
  TRY(fault::point(kFaultOpenBeforeReplay));
  return replay(by_ref);
}

Status SqliteEngine::load_series(std::vector<HeadSeries*>& by_ref) {
  TRY_ASSIGN(db::Statement select,
             writer_.db.prepare("SELECT ref, id, labels, chunks, samples, t_min, t_max FROM series ORDER BY ref"));
  for (;;) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) return {};
    auto series = std::make_unique<HeadSeries>();
    series->ref = select.column_int(0);
    Result<model::Labels> labels = model::Labels::decode(select.column_bytes(2));
    if (!labels) return damaged_database(file_, fmt::format("series {}: damaged labels", series->ref));
    auto named = std::make_shared<const model::Series>(std::move(*labels));
    if (named->id.bytes() != select.column_bytes(1) || head_.find(named->id) != nullptr) {
      return damaged_database(file_, fmt::format("series {}: its id is not that of its labels", series->ref));
    }
    series->series = std::move(named);
    if (select.column_int(3) > 0) {
      series->stored = {select.column_int(3), select.column_int(4), {select.column_int(5)}, {select.column_int(6)}};
      series->last_t = series->stored.t_max;
      counters_.chunks += static_cast<uint64_t>(series->stored.chunks);
      counters_.samples += static_cast<uint64_t>(series->stored.samples);
      counters_.t_min = std::min(counters_.t_min, series->stored.t_min);
      counters_.t_max = std::max(counters_.t_max, series->stored.t_max);
    }
    next_ref_ = series->ref + 1;
    by_ref.push_back(head_.insert(std::move(series)));
  }
}

Status SqliteEngine::replay(const std::vector<HeadSeries*>& by_ref) {
  TRY_ASSIGN(db::Statement select, writer_.db.prepare("SELECT seq, data FROM journal ORDER BY seq"));
  JournalRow row;
  // Refs come in runs, so the next one is mostly the neighbour of the last.
  size_t at = 0;
  const auto find = [&](int64_t ref) -> HeadSeries* {
    if (at + 1 < by_ref.size() && by_ref[at + 1]->ref == ref) return by_ref[++at];
    const auto it = std::lower_bound(by_ref.begin(), by_ref.end(), ref,
                                     [](const HeadSeries* series, int64_t wanted) { return series->ref < wanted; });
    if (it == by_ref.end() || (*it)->ref != ref) return nullptr;
    at = static_cast<size_t>(it - by_ref.begin());
    return *it;
  };
  for (;;) {
    TRY_ASSIGN(const bool more, select.step());
    if (!more) return {};
    const int64_t seq = select.column_int(0);
    if (Status status = decode_journal_row(select.column_bytes(1), row); !status) {
      return damaged_database(file_, fmt::format("journal row {}: {}", seq, status.error().message()));
    }
    for (size_t i = 0; i < row.t.size(); ++i) {
      HeadSeries* series = find(row.refs[i]);
      if (series == nullptr) return damaged_database(file_, fmt::format("journal row {}: no such series", seq));
      series->add({row.t[i]}, row.v[i]);
      longest_ = std::max(longest_, static_cast<uint32_t>(series->open.size()));
      counters_.t_min = std::min(counters_.t_min, TimestampMs{row.t[i]});
      counters_.t_max = std::max(counters_.t_max, TimestampMs{row.t[i]});
    }
    counters_.head_samples += row.t.size();
    ++counters_.journal_rows;
    journal_bytes_ += select.column_bytes(1).size();
    if (!oldest_row_) oldest_row_ = options_.clock.monotonic();
    next_seq_ = std::max(next_seq_, seq + 1);
  }
}

StoreStats SqliteEngine::stats() const {
  StoreStats stats;
  {
    const MutexLock lock(mu_);
    stats = counters_;
    stats.series = head_.size();
  }
  stats.samples += stats.head_samples;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(file_.string() + suffix, ec);
    if (!ec) stats.disk_bytes += size;
  }
  return stats;
}

Status SqliteEngine::healthy() const {
  const MutexLock lock(mu_);
  if (trouble_) return *trouble_;
  return {};
}

Result<std::unique_ptr<Querier>> SqliteEngine::querier(TimestampMs t_min, TimestampMs t_max) const {
  const MutexLock lock(mu_);
  return std::make_unique<SqliteQuerier>(*this, t_min, t_max, newest_seal_);
}

IndexView SqliteEngine::view() const {
  const MutexLock lock(mu_);
  return head_.view();
}

std::vector<HeadSnapshot> SqliteEngine::snapshot(const CompiledMatchers& matchers, TimestampMs t_min, TimestampMs t_max,
                                                 const SealNode& since) const {
  // Matching and sorting may take long; writers do not wait for it.
  const IndexView series_now = view();
  const std::vector<HeadSeries*> found = series_now.select(matchers);
  std::vector<HeadSnapshot> snapshots;
  snapshots.reserve(found.size());
  const MutexLock lock(mu_);
  for (const HeadSeries* series : found) {
    HeadSnapshot& snapshot = snapshots.emplace_back(HeadSnapshot::of(*series, t_min, t_max));
    for (const SealNode* node = &since; node != nullptr; node = node->next.get()) {
      const auto it = std::lower_bound(node->sealed.begin(), node->sealed.end(), series->ref,
                                       [](const auto& entry, int64_t ref) { return entry.first < ref; });
      if (it == node->sealed.end() || it->first != series->ref) continue;
      if (it->second->overlaps(t_min, t_max)) snapshot.frozen.push_back(it->second);
    }
  }
  return snapshots;
}

void SqliteEngine::run(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(wake_mu_);
    wake_.notify_all();
  });
  Monotonic::time_point next_retention = Monotonic::now() + options_.maintenance_interval;
  Monotonic::time_point next_try = Monotonic::now();  // a seal that failed is not tried at every batch
  while (!stop.stop_requested()) {
    bool due = false;
    {
      const MutexLock lock(wake_mu_);
      while (!due_ && !stop.stop_requested() && Monotonic::now() < next_retention) {
        wake_.wait_until(wake_mu_, next_retention);
      }
      due = std::exchange(due_, false);
    }
    if (stop.stop_requested()) return;
    if (!due) {
      const MutexLock lock(mu_);
      due = seal_due();
    }
    if (due && Monotonic::now() >= next_try) {
      if (const Status status = seal(); !status) {
        log::error("writing chunks: {}", status.error().to_string());
        next_try = Monotonic::now() + kRetryPause;
      }
    }
    if (Monotonic::now() >= next_retention) {
      next_retention = Monotonic::now() + options_.maintenance_interval;
      if (const Status status = apply_retention(options_.clock.now()); !status) {
        log::error("applying the retention: {}", status.error().to_string());
      }
    }
  }
}

}  // namespace oreum::storage
