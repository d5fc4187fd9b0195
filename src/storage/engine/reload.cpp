// Reading back what a database holds that was away, or that another process has changed: what it says is what is so.
// docs/decisions/0013-one-engine.md, 0015-several-writers.md.
#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/log.h"
#include "base/number.h"
#include "storage/engine/engine.h"

namespace oreum::storage {

struct Engine::Loaded {
  bool all_series = false;  // else those from next_ref_ on
  bool rebuild = false;     // rows were sealed: the head is made afresh from those that are left
  int64_t generation = 0;
  int64_t floor = 0;
  int64_t last = 0;  // the newest row
  int64_t next_ref = 1;
  int64_t next_pack = 1;
  std::vector<Record> records;
  std::vector<encoding::NumberedLabels> series;
  std::unordered_set<int64_t> packs;  // all there are
  std::vector<PackPtr> added;
  Catalog::Days rolled;
  std::vector<ForeignRow> rows;
};

Status Engine::ready() {
  TRY_ASSIGN(const bool again, db().recover());
  if (again) {
    reload_due_ = true;
    leads_ = sharing_->leads();
    // Another one may have led meanwhile, and have left something.
    orphans_due_ = true;
    if (!leads_) log::info("another Oreum leads the store now; this one goes on appending and reading");
  }
  return reload_due_ ? reload() : Status();
}

Status Engine::reload() {
  Loaded all;
  all.all_series = reload_due_;
  reload_due_ = true;  // whatever goes wrong from here on
  if (Status status = read_all(all); !status) {
    return Error(std::move(status).error()).wrap("reading back what the database has kept");
  }
  const MutexLock lock(mu_);
  TRY(show_all(all));
  reload_due_ = false;
  return {};
}

Status Engine::read_all(Loaded& all) {
  TRY_ASSIGN(const auto moment, sharing_->begin_moment());
  TRY_ASSIGN(const std::string text, db().meta(kJournalFloor));
  const std::optional<int64_t> floor = parse_i64(text);
  if (!floor) return backend_->damaged("the journal_floor in table meta is damaged");
  all.floor = *floor;
  all.rebuild = all.floor != floor_;
  TRY_ASSIGN(all.generation, number(kGeneration));
  TRY_ASSIGN(const int64_t series_generation, number(kSeriesGeneration));
  all.all_series = all.all_series || series_generation > generation_;
  TRY_ASSIGN(all.next_ref, number(kNextRef));
  TRY_ASSIGN(all.next_pack, number(kNextPack));
  TRY_ASSIGN(all.records, read_records());
  if (all.all_series) {
    TRY_ASSIGN(all.series, series_blocks_.load(db()));
  } else {
    TRY_ASSIGN(all.series, series_blocks_.load_from(*sharing_, next_ref_));
  }
  TRY_ASSIGN(const std::vector<int64_t> ids, sharing_->pack_ids());
  all.packs.insert(ids.begin(), ids.end());
  std::unordered_set<int64_t> fresh = all.packs;
  catalog_for_writer().for_each([&](const PackPtr& pack) { fresh.erase(pack->id); });
  TRY_ASSIGN(all.added, sharing_->load_packs(std::vector<int64_t>(fresh.begin(), fresh.end())));
  TRY_ASSIGN(all.rolled, db().load_rolled());
  TRY_ASSIGN(const int64_t last_pack, db().last_pack());
  all.next_pack = std::max(all.next_pack, last_pack + 1);
  // Rows at or below the floor are there only because somebody holds them.
  const int64_t after = all.rebuild ? all.floor : next_seq_ - 1;
  all.last = std::max(all.floor, next_seq_ - 1);
  int64_t newest = all.floor;
  TRY(db().load_journal(
      std::min(after, next_seq_ - 2), [&](int64_t seq, std::string_view bytes) NO_THREAD_SAFETY_ANALYSIS -> Status {
        newest = std::max(newest, seq);
        if (seq == next_seq_ - 1 && seq > all.floor && checksum_of_row(bytes) != row_sum_) {
          return Error(
              Code::kFailedPrecondition,
              fmt::format("batch {} in the database is another than the one that was acknowledged: it went back to "
                          "an older state (a replica that was behind, or a restored backup), and another Oreum "
                          "has gone on from there. Restart this one to go on, too",
                          seq));
        }
        if (seq <= after) return {};
        return decode_row(seq, bytes, all.rows.emplace_back());
      }));
  all.last = newest;
  return check_position(all.floor, all.last);
}

/// Whether the database goes on from what is in memory.
Status Engine::check_position(int64_t floor, int64_t last) const {
  if (std::max(floor, last) >= next_seq_ - 1) return {};
  return Error(Code::kFailedPrecondition,
               fmt::format("the database has batches up to {}, though {} was acknowledged: it went back to an older "
                           "state (a replica that was behind, or a restored backup). Restart Oreum to go on from there",
                           last, next_seq_ - 1));
}

/// One step for whoever reads: catalog and head change together.
Status Engine::show_all(Loaded& all) {
  admission_.forget();
  if (all.rebuild) empty_head();
  if (all.all_series) erase_series_but(all.series);
  TRY(add_series(all.series));
  Swap swap{{}, all.added, {}, {}, {}, all.rolled};
  catalog_->for_each([&](const PackPtr& pack) {
    if (!all.packs.contains(pack->id)) swap.gone.push_back(pack);
  });
  // Days that are known no longer: as if nothing had been made.
  for (const auto& [day, known] : catalog_->rolled()) swap.rolled.try_emplace(day, Rolled{});
  show_swap(swap);
  if (!leads()) garbage_.clear();  // the leader's to free
  raise_last_t(all.added);
  floor_ = all.floor;
  generation_ = all.generation;
  next_seq_ = std::max(next_seq_, all.floor + 1);
  next_ref_ = std::max(next_ref_, all.next_ref);
  next_pack_ = std::max(next_pack_, all.next_pack);
  if (orphans_due_) first_pack_ = next_pack_;
  obey(all.records);
  for (const ForeignRow& row : all.rows) {
    Status status = replay_row(by_ref(), row);
    if (!status && status.error().code() == Code::kNotFound) return backend_->damaged(status.error().message());
    TRY(std::move(status));
  }
  measure_times();
  return {};
}

/// What is in memory comes back from the rows that are left, or is in packs. A series' last time goes back to before
/// its first sample in order that goes: all samples that were there earlier are before that one, and those that come
/// back are in order again.
void Engine::empty_head() {
  head_.for_each([](HeadSeries& series) {
    const OpenSamples* first = series.frozen != nullptr && !series.frozen->in_order.empty() ? series.frozen.get()
                               : !series.open.in_order.empty()                              ? &series.open
                                                                                            : nullptr;
    if (first != nullptr) series.last_t = {first->in_order.first_t().ms - 1};
    series.frozen = nullptr;  // a querier or a seal that has it keeps it
    series.open = {};
  });
  ++rebuilt_;
  counters_.head_samples = 0;
  counters_.journal_rows = 0;
  journal_bytes_ = 0;
  longest_ = 0;
  oldest_row_.reset();
}

void Engine::erase_series_but(const std::vector<encoding::NumberedLabels>& all) {
  std::unordered_set<int64_t> there;
  for (const encoding::NumberedLabels& one : all) there.insert(one.ref);
  std::vector<HeadSeries*> gone;
  head_.for_each([&](HeadSeries& series) {
    const bool used = !series.open.empty() || series.frozen != nullptr;
    if (!used && !there.contains(series.ref)) gone.push_back(&series);
  });
  for (HeadSeries* series : gone) head_.erase(series);
  by_ref_.clear();
}

Status Engine::add_series(const std::vector<encoding::NumberedLabels>& some) {
  for (const encoding::NumberedLabels& one : some) {
    Result<model::Labels> labels = model::Labels::decode(one.labels);
    if (!labels) return backend_->damaged(fmt::format("series {}: damaged labels", one.ref));
    auto series = std::make_unique<HeadSeries>();
    series->ref = one.ref;
    series->series = std::make_shared<const model::Series>(std::move(*labels));
    if (const HeadSeries* known = head_.find(series->series->id); known != nullptr) {
      if (known->ref == one.ref) continue;
      return backend_->damaged(fmt::format("series {} is there twice", one.ref));
    }
    next_ref_ = std::max(next_ref_, one.ref + 1);
    head_.insert(std::move(series));
  }
  return {};
}

/// A pack's last time is an upper bound: a sample at or before it is looked up.
void Engine::raise_last_t(std::span<const PackPtr> added) {
  const std::vector<HeadSeries*>& all = by_ref();
  for (const PackPtr& pack : added) {
    if (pack->resolution != Resolution::kRaw) continue;
    auto it = all.begin();
    for (const RefRuns::Run& run : pack->refs.runs()) {
      it = std::lower_bound(it, all.end(), run.first,
                            [](const HeadSeries* series, int64_t wanted) { return series->ref < wanted; });
      for (; it != all.end() && (*it)->ref <= run.last(); ++it) {
        (*it)->last_t = std::max((*it)->last_t, TimestampMs{pack->t_max});
      }
    }
  }
}

void Engine::measure_times() {
  counters_.t_min = catalog_->t_min();
  counters_.t_max = catalog_->t_max();
  head_.for_each([&](const HeadSeries& series) NO_THREAD_SAFETY_ANALYSIS {
    for (const OpenSamples* some : {&series.open, series.frozen.get()}) {
      if (some == nullptr) continue;
      counters_.t_min = std::min(counters_.t_min, some->t_min());
      counters_.t_max = std::max(counters_.t_max, some->t_max());
    }
  });
}

}  // namespace oreum::storage
