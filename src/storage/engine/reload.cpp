// A database that was away and is back: what it holds is what is so. docs/decisions/0013-one-engine.md.
#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/log.h"
#include "base/number.h"
#include "storage/engine/engine.h"

namespace oreum::storage {

Status Engine::ready() {
  TRY_ASSIGN(const bool again, db().recover());
  reload_due_ = reload_due_ || again;
  if (!reload_due_) return {};
  if (Status status = reload(); !status) {
    return Error(std::move(status).error()).wrap("reading back what the database has kept");
  }
  reload_due_ = false;
  return {};
}

Status Engine::reload() {
  admission_.forget();
  TRY_ASSIGN(const std::string text, db().meta(kJournalFloor));
  const std::optional<int64_t> floor = parse_i64(text);
  if (!floor) return backend_->damaged("the journal_floor in table meta is damaged");
  TRY_ASSIGN(const std::vector<encoding::NumberedLabels> series, series_blocks_.load(db()));
  TRY_ASSIGN(const std::vector<PackPtr> packs, db().load_packs());
  TRY_ASSIGN(const Catalog::Days rolled, db().load_rolled());
  std::vector<std::pair<int64_t, std::string>> rows;
  int64_t last = *floor;
  TRY(db().load_journal(std::min(next_seq_ - 1, *floor),
                        [&](int64_t seq, std::string_view bytes) NO_THREAD_SAFETY_ANALYSIS -> Status {
                          last = std::max(last, seq);
                          if (seq >= next_seq_) rows.emplace_back(seq, bytes);
                          return {};
                        }));
  TRY(check_position(*floor, last));
  TRY(load_records());
  const MutexLock lock(mu_);
  std::vector<HeadSeries*> by_ref;
  TRY(reload_series(series, by_ref));
  reload_packs(packs, rolled);
  floor_ = *floor;
  for (const auto& [seq, bytes] : rows) TRY(replay_row(by_ref, seq, bytes));
  if (!rows.empty()) log::info("{} batches had been kept though the database did not say so", rows.size());
  return {};
}

/// Whether the database goes on from what is in memory.
Status Engine::check_position(int64_t floor, int64_t last) const {
  if (last < next_seq_ - 1) {
    return Error(
        Code::kFailedPrecondition,
        fmt::format("the database has batches up to {}, though {} was acknowledged: it went back to an older "
                    "state (a replica that was behind, or a restored backup). Restart Oreum to go on from there",
                    last, next_seq_ - 1));
  }
  if (floor != floor_ && floor != sealing_upto_) {
    return Error(Code::kFailedPrecondition, "another Oreum has written to the store meanwhile. Restart this one");
  }
  return {};
}

Status Engine::reload_series(const std::vector<encoding::NumberedLabels>& all, std::vector<HeadSeries*>& by_ref) {
  std::unordered_set<int64_t> there;
  for (const encoding::NumberedLabels& one : all) there.insert(one.ref);
  std::unordered_set<int64_t> known;
  std::vector<HeadSeries*> gone;
  head_.for_each([&](HeadSeries& series) {
    const bool used = !series.open.empty() || series.frozen != nullptr;
    if (used || there.contains(series.ref)) {
      known.insert(series.ref);
    } else {
      gone.push_back(&series);
    }
  });
  for (HeadSeries* series : gone) head_.erase(series);
  for (const encoding::NumberedLabels& one : all) {
    if (known.contains(one.ref)) continue;
    Result<model::Labels> labels = model::Labels::decode(one.labels);
    if (!labels) return backend_->damaged(fmt::format("series {}: damaged labels", one.ref));
    auto series = std::make_unique<HeadSeries>();
    series->ref = one.ref;
    series->series = std::make_shared<const model::Series>(std::move(*labels));
    if (head_.find(series->series->id) != nullptr) {
      return backend_->damaged(fmt::format("series {} is there twice", one.ref));
    }
    next_ref_ = std::max(next_ref_, one.ref + 1);
    head_.insert(std::move(series));
  }
  head_.for_each([&](HeadSeries& series) { by_ref.push_back(&series); });
  std::sort(by_ref.begin(), by_ref.end(), [](const HeadSeries* a, const HeadSeries* b) { return a->ref < b->ref; });
  return {};
}

void Engine::reload_packs(const std::vector<PackPtr>& packs, const Catalog::Days& rolled) {
  std::unordered_map<int64_t, PackPtr> there;
  for (const PackPtr& pack : packs) there.emplace(pack->id, pack);
  Swap swap{{}, {}, {}, {}, {}, rolled};
  catalog_->for_each([&](const PackPtr& pack) {
    if (there.erase(pack->id) == 0) swap.gone.push_back(pack);
  });
  for (const auto& [id, pack] : there) swap.added.push_back(pack);
  // Days that are known no longer: as if nothing had been made.
  for (const auto& [day, known] : catalog_->rolled()) swap.rolled.try_emplace(day, Rolled{});
  show_swap(swap);
}

}  // namespace oreum::storage
