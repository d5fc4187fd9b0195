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
  TRY_ASSIGN(auto packs, PackTable::make(db));
  TRY_ASSIGN(auto rolled, RolledTable::make(db));
  TRY_ASSIGN(auto series, SeriesBlocks::make(db));
  TRY_ASSIGN(auto insert_journal, db.prepare("INSERT INTO journal(seq, data) VALUES(?1, ?2)"));
  TRY_ASSIGN(auto delete_journal, db.prepare("DELETE FROM journal WHERE seq <= ?1"));
  TRY_ASSIGN(auto set_floor, db.prepare("UPDATE meta SET value = ?1 WHERE key = 'journal_floor'"));
  TRY_ASSIGN(auto insert_audit, db.prepare("INSERT INTO audit(t, action, detail) VALUES(?1, ?2, ?3)"));
  return Writer{std::move(db),        std::move(packs),          std::move(rolled),
                std::move(series),    std::move(insert_journal), std::move(delete_journal),
                std::move(set_floor), std::move(insert_audit)};
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
    engine->sealer_ = std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->seal_loop(stop); });
    engine->maintainer_ =
        std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->maintenance_loop(stop); });
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
      readers_(file_),
      cache_(options.cache_bytes) {}

SqliteEngine::~SqliteEngine() = default;

Status SqliteEngine::load() {
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  std::vector<HeadSeries*> by_ref;
  TRY(load_series(by_ref));
  TRY(load_packs(by_ref));
  TRY(fault::point(kFaultOpenBeforeReplay));
  return replay(by_ref);
}

Status SqliteEngine::load_series(std::vector<HeadSeries*>& by_ref) {
  Result<std::vector<encoding::NumberedLabels>> all = writer_.series.load();
  if (!all) return damaged(std::move(all).error());
  by_ref.reserve(all->size());
  for (const encoding::NumberedLabels& one : *all) {
    Result<model::Labels> labels = model::Labels::decode(one.labels);
    if (!labels) return damaged_database(file_, fmt::format("series {}: damaged labels", one.ref));
    auto series = std::make_unique<HeadSeries>();
    series->ref = one.ref;
    series->series = std::make_shared<const model::Series>(std::move(*labels));
    if (head_.find(series->series->id) != nullptr) {
      return damaged_database(file_, fmt::format("series {} is there twice", one.ref));
    }
    next_ref_ = series->ref + 1;
    by_ref.push_back(head_.insert(std::move(series)));
  }
  return {};
}

Status SqliteEngine::load_packs(const std::vector<HeadSeries*>& by_ref) {
  Result<std::vector<PackPtr>> packs = writer_.packs.load();
  if (!packs) return damaged(std::move(packs).error());
  for (const PackPtr& pack : *packs) {
    auto it = by_ref.begin();
    for (const RefRuns::Run& run : pack->refs.runs()) {
      it = std::lower_bound(it, by_ref.end(), run.first,
                            [](const HeadSeries* series, int64_t wanted) { return series->ref < wanted; });
      for (uint32_t i = 0; i < run.size; ++i, ++it) {
        if (it == by_ref.end() || (*it)->ref != run.first + i) {
          return damaged_database(file_, fmt::format("pack {} has a series that is not there", pack->id));
        }
        // The pack's last time is an upper bound: a sample at or before it is looked up.
        if (pack->resolution == Resolution::kRaw) (*it)->last_t = std::max((*it)->last_t, TimestampMs{pack->t_max});
      }
    }
  }
  TRY_ASSIGN(const Catalog::Days rolled, writer_.rolled.load());
  catalog_ = Catalog().swapped({}, *packs, rolled);
  counters_.t_min = catalog_->t_min();
  counters_.t_max = catalog_->t_max();
  TRY_ASSIGN(const int64_t last, writer_.packs.last_id());
  next_pack_ = first_pack_ = last + 1;
  return {};
}

Error SqliteEngine::damaged(const Error& error) const {
  return error.code() == Code::kDataLoss ? damaged_database(file_, error.message()) : error;
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
    stats.samples = stats.head_samples + catalog_->samples(Resolution::kRaw);
    stats.packs = catalog_->packs();
    stats.rollup_samples = catalog_->samples(Resolution::kMinute) + catalog_->samples(Resolution::kHour);
  }
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
  return std::make_unique<SqliteQuerier>(*this, t_min, t_max);
}

IndexView SqliteEngine::index() const {
  const MutexLock lock(mu_);
  return head_.view();
}

SqliteEngine::View SqliteEngine::view(const CompiledMatchers& matchers, TimestampMs t_min, TimestampMs t_max) const {
  // Matching and sorting may take long; writers do not wait for it.
  const IndexView series_now = index();
  const std::vector<HeadSeries*> found = series_now.select(matchers);
  View view;
  view.series.reserve(found.size());
  const MutexLock lock(mu_);
  for (const HeadSeries* series : found) {
    view.series.push_back(HeadSnapshot::of(*series, t_min, t_max));
  }
  view.catalog = catalog_;
  return view;
}

std::shared_ptr<const Catalog> SqliteEngine::catalog() const {
  const MutexLock lock(mu_);
  return catalog_;
}

void SqliteEngine::seal_loop(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(wake_mu_);
    wake_.notify_all();
  });
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(wake_mu_);
      const auto next_look = Monotonic::now() + options_.maintenance_interval;
      while (!due_ && !stop.stop_requested() && Monotonic::now() < next_look) wake_.wait_until(wake_mu_, next_look);
      due_ = false;
    }
    if (stop.stop_requested()) return;
    {
      const MutexLock lock(mu_);
      if (!seal_due()) continue;
    }
    if (const Status status = seal(); !status) {
      log::error("writing packs: {}", status.error().to_string());
      pause(stop, kRetryPause);
    }
  }
}

void SqliteEngine::maintenance_loop(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    const MutexLock lock(wake_mu_);
    wake_.notify_all();
  });
  auto next_round = Monotonic::now() + options_.maintenance_interval;
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(wake_mu_);
      while (!sealed_ && !stop.stop_requested() && Monotonic::now() < next_round) {
        wake_.wait_until(wake_mu_, next_round);
      }
      sealed_ = false;
    }
    if (stop.stop_requested()) return;
    if (const Status status = run_due_jobs(stop); !status) {
      log::error("putting packs together: {}", status.error().to_string());
      pause(stop, kRetryPause);
    }
    if (Monotonic::now() < next_round) continue;
    next_round = Monotonic::now() + options_.maintenance_interval;
    if (const Status status = roll_due_days(stop); !status) {
      log::error("making rollups: {}", status.error().to_string());
    }
    if (const Status status = apply_retention(options_.clock.now()); !status) {
      log::error("applying the retention: {}", status.error().to_string());
    }
  }
}

void SqliteEngine::pause(const std::stop_token& stop, milliseconds length) {
  const MutexLock lock(wake_mu_);
  const auto until = Monotonic::now() + length;
  while (!stop.stop_requested() && Monotonic::now() < until) wake_.wait_until(wake_mu_, until);
}

}  // namespace oreum::storage
