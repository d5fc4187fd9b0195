#include "storage/engine/engine.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/number.h"
#include "storage/engine/querier.h"
#include "storage/fault_points.h"

namespace oreum::storage {

namespace {
constexpr std::chrono::seconds kRetryPause(10);
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options, std::unique_ptr<Backend> backend) {
  std::unique_ptr<Engine> engine(new Engine(options, std::move(backend)));
  if (engine->backend_->away()) {
    engine->start_without();
  } else {
    TRY(engine->load());
  }
  if (options.background) {
    engine->sealer_ = std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->seal_loop(stop); });
    engine->maintainer_ =
        std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->maintenance_loop(stop); });
    if (engine->sharing_ != nullptr) {
      engine->refresher_ = std::jthread([raw = engine.get()](const std::stop_token& stop) { raw->refresh_loop(stop); });
    }
  }
  return engine;
}

Engine::Engine(const EngineOptions& options, std::unique_ptr<Backend> backend)
    : options_(options),
      backend_(std::move(backend)),
      sharing_(backend_->sharing()),
      leads_(sharing_ == nullptr || sharing_->leads()),
      cache_(options.cache_bytes) {}

Engine::~Engine() = default;

Status Engine::load() {
  const MutexLock write(write_mu_);
  const MutexLock lock(mu_);
  std::unique_ptr<Sharing::Moment> moment;
  if (sharing_ != nullptr) {
    TRY_ASSIGN(moment, sharing_->begin_moment());
  }
  TRY_ASSIGN(const std::string text, db().meta(kJournalFloor));
  const std::optional<int64_t> floor = parse_i64(text);
  if (!floor) return backend_->damaged("the journal_floor in table meta is damaged");
  floor_ = *floor;
  next_seq_ = *floor + 1;
  TRY_ASSIGN(generation_, number(kGeneration));
  TRY_ASSIGN(const std::vector<Record> records, read_records());
  obey(records);
  std::vector<HeadSeries*> by_ref;
  TRY(load_series(by_ref));
  TRY_ASSIGN(const int64_t next_ref, number(kNextRef));
  next_ref_ = std::max(next_ref_, next_ref);
  TRY(load_packs(by_ref));
  TRY(fault::point(kFaultOpenBeforeReplay));
  return replay(by_ref);
}

void Engine::start_without() {
  const MutexLock write(write_mu_);
  reload_due_ = true;
  static_cast<void>(note_failed(ready()));  // what is wrong is told by healthy()
}

Status Engine::load_series(std::vector<HeadSeries*>& by_ref) {
  Result<std::vector<encoding::NumberedLabels>> all = series_blocks_.load(db());
  if (!all) return damaged(std::move(all).error());
  by_ref.reserve(all->size());
  for (const encoding::NumberedLabels& one : *all) {
    Result<model::Labels> labels = model::Labels::decode(one.labels);
    if (!labels) return backend_->damaged(fmt::format("series {}: damaged labels", one.ref));
    auto series = std::make_unique<HeadSeries>();
    series->ref = one.ref;
    series->series = std::make_shared<const model::Series>(std::move(*labels));
    if (head_.find(series->series->id) != nullptr) {
      return backend_->damaged(fmt::format("series {} is there twice", one.ref));
    }
    next_ref_ = series->ref + 1;
    by_ref.push_back(head_.insert(std::move(series)));
  }
  return {};
}

Status Engine::load_packs(const std::vector<HeadSeries*>& by_ref) {
  Result<std::vector<PackPtr>> packs = db().load_packs();
  if (!packs) return damaged(std::move(packs).error());
  for (const PackPtr& pack : *packs) {
    auto it = by_ref.begin();
    for (const RefRuns::Run& run : pack->refs.runs()) {
      it = std::lower_bound(it, by_ref.end(), run.first,
                            [](const HeadSeries* series, int64_t wanted) { return series->ref < wanted; });
      for (uint32_t i = 0; i < run.size; ++i, ++it) {
        if (it == by_ref.end() || (*it)->ref != run.first + i) {
          return backend_->damaged(fmt::format("pack {} has a series that is not there", pack->id));
        }
        // The pack's last time is an upper bound: a sample at or before it is looked up.
        if (pack->resolution == Resolution::kRaw) (*it)->last_t = std::max((*it)->last_t, TimestampMs{pack->t_max});
      }
    }
  }
  TRY_ASSIGN(const Catalog::Days rolled, db().load_rolled());
  catalog_ = Catalog().swapped({}, *packs, rolled);
  counters_.t_min = catalog_->t_min();
  counters_.t_max = catalog_->t_max();
  TRY_ASSIGN(const int64_t last, db().last_pack());
  TRY_ASSIGN(const int64_t next, number(kNextPack));
  next_pack_ = first_pack_ = std::max(last + 1, next);
  return {};
}

Error Engine::damaged(const Error& error) const {
  return error.code() == Code::kDataLoss ? backend_->damaged(error.message()) : error;
}

Status Engine::replay(const std::vector<HeadSeries*>& by_ref) {
  ForeignRow row;
  return db().load_journal(next_seq_ - 1, [&](int64_t seq, std::string_view bytes) NO_THREAD_SAFETY_ANALYSIS -> Status {
    TRY(decode_row(seq, bytes, row));
    const Status status = replay_row(by_ref, row);
    return status ? Status() : backend_->damaged(status.error().message());
  });
}

Status Engine::decode_row(int64_t seq, std::string_view bytes, ForeignRow& row) const {
  row.seq = seq;
  row.bytes = bytes.size();
  row.sum = checksum_of_row(bytes);
  if (Status status = decode_journal_row(bytes, row.row); !status) {
    return backend_->damaged(fmt::format("journal row {}: {}", seq, status.error().message()));
  }
  return {};
}

Status Engine::replay_row(const std::vector<HeadSeries*>& by_ref, const ForeignRow& foreign) {
  const JournalRow& row = foreign.row;
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
  // All of the row or nothing of it.
  std::vector<HeadSeries*> found;
  found.reserve(row.t.size());
  for (const int64_t ref : row.refs) {
    found.push_back(find(ref));
    if (found.back() == nullptr) {
      return Error(Code::kNotFound, fmt::format("journal row {}: no such series", foreign.seq));
    }
  }
  for (size_t i = 0; i < row.t.size(); ++i) {
    found[i]->add({row.t[i]}, row.v[i]);
    longest_ = std::max(longest_, static_cast<uint32_t>(found[i]->open.size()));
    counters_.t_min = std::min(counters_.t_min, TimestampMs{row.t[i]});
    counters_.t_max = std::max(counters_.t_max, TimestampMs{row.t[i]});
  }
  counters_.head_samples += row.t.size();
  ++counters_.journal_rows;
  journal_bytes_ += foreign.bytes;
  if (!oldest_row_) oldest_row_ = options_.clock.monotonic();
  if (foreign.seq >= next_seq_) {
    next_seq_ = foreign.seq + 1;
    row_sum_ = foreign.sum;
  }
  return {};
}

StoreStats Engine::stats() const {
  StoreStats stats;
  {
    const MutexLock lock(mu_);
    stats = counters_;
    stats.series = head_.size();
    stats.samples = stats.head_samples + catalog_->samples(Resolution::kRaw);
    stats.packs = catalog_->packs();
    stats.rollup_samples = catalog_->samples(Resolution::kMinute) + catalog_->samples(Resolution::kHour);
  }
  stats.leads = leads();
  stats.disk_bytes = backend_->disk_bytes();
  return stats;
}

Status Engine::healthy() const {
  const MutexLock lock(mu_);
  if (trouble_) return *trouble_;
  return {};
}

Result<std::unique_ptr<Querier>> Engine::querier(TimestampMs t_min, TimestampMs t_max) const {
  return std::make_unique<EngineQuerier>(*this, t_min, t_max);
}

IndexView Engine::index() const {
  const MutexLock lock(mu_);
  return head_.view();
}

Engine::View Engine::view(const CompiledMatchers& matchers, TimestampMs t_min, TimestampMs t_max) const {
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

std::shared_ptr<const Catalog> Engine::catalog() const {
  const MutexLock lock(mu_);
  return catalog_;
}

void Engine::seal_loop(const std::stop_token& stop) {
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
    if (!leads()) continue;
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

void Engine::maintenance_loop(const std::stop_token& stop) {
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

void Engine::pause(const std::stop_token& stop, milliseconds length) {
  const MutexLock lock(wake_mu_);
  const auto until = Monotonic::now() + length;
  while (!stop.stop_requested() && Monotonic::now() < until) wake_.wait_until(wake_mu_, until);
}

}  // namespace oreum::storage
