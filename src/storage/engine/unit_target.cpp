// What a store offers to migrations, writing: series, units, samples and rows, together with the records that say how
// far it is.
#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

HeadSeries* Engine::find_or_create(const SeriesPtr& series, Created& created) {
  if (HeadSeries* known = head_for_writer().find(series->id)) return known;
  const auto [it, fresh] = created.by_id.try_emplace(series->id, nullptr);
  if (!fresh) return it->second;
  auto made = std::make_unique<HeadSeries>();
  made->ref = next_ref_ + static_cast<int64_t>(created.series.size());
  made->series = series;
  it->second = created.series.emplace_back(std::move(made)).get();
  return it->second;
}

Status Engine::write_created(Backend::Transaction& transaction, const Created& created) {
  series_blocks_.rolled_back();
  if (created.series.empty()) return {};
  std::vector<encoding::NumberedLabels> series;
  for (const auto& one : created.series) series.push_back({one->ref, one->series->labels.encoded()});
  return series_blocks_.add(transaction, series);
}

void Engine::add_created(Created& created) {
  series_blocks_.committed();
  next_ref_ += static_cast<int64_t>(created.series.size());
  for (auto& one : created.series) head_.insert(std::move(one));
}

Status Engine::put_series(std::span<const SeriesPtr> series, std::span<const Record> records) {
  const MutexLock write(write_mu_);
  TRY(must_lead());
  Created created;
  for (const SeriesPtr& one : series) find_or_create(one, created);
  if (created.series.empty() && records.empty()) return {};
  TRY_ASSIGN(auto transaction, db().begin(Durability::kPowerLoss));
  TRY(raise(*transaction));
  TRY(write_created(*transaction, created));
  TRY(write_records(*transaction, records));
  TRY(fault::point(kFaultPutBeforeCommit));
  TRY(commit(std::move(transaction)));
  raised();
  obey(records);
  const MutexLock lock(mu_);
  add_created(created);
  return {};
}

Status Engine::renumber(const Unit& unit, Created& created, std::vector<NewPack>& packs) {
  auto opened = encoding::Pack::open(unit.bytes);
  const bool fits = opened && !opened->chunks().empty() &&
                    opened->chunks().back().series + 1 == static_cast<uint32_t>(unit.series.size());
  if (!fits) {
    return Error(Code::kDataLoss, fmt::format("the pack from {} on is damaged: {}", format_rfc3339({unit.meta.t_min}),
                                              opened ? "it has other series" : opened.error().to_string()));
  }
  std::vector<int64_t> refs;
  refs.reserve(unit.series.size());
  for (const SeriesPtr& series : unit.series) refs.push_back(find_or_create(series, created)->ref);
  if (!std::is_sorted(refs.begin(), refs.end(), std::less_equal<>())) {
    return reencode(unit, refs, {}, [&](NewPack made) -> Status {
      packs.push_back(std::move(made));
      return {};
    });
  }
  NewPack pack{.meta = unit.meta, .bytes = unit.bytes};
  pack.meta.refs = {};
  for (const int64_t ref : refs) pack.meta.refs.add(ref);
  packs.push_back(std::move(pack));
  return {};
}

/// Where series have another order here, ordinals have too.
Status Engine::reencode(const Unit& unit, const std::vector<int64_t>& refs, const std::function<bool(int64_t)>& keep,
                        PackWriter::Sink sink) {
  std::vector<uint32_t> order(refs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return refs[a] < refs[b]; });
  TRY_ASSIGN(const encoding::Pack pack, encoding::Pack::open(unit.bytes));
  PackWriter writer({.resolution = unit.meta.resolution, .level = keep ? uint8_t{0} : unit.meta.level},
                    std::move(sink));
  Rows rows;
  for (const uint32_t ordinal : order) {
    rows.clear(pack.fields());
    TRY(read_rows(pack, ordinal, TimestampMs::min(), TimestampMs::max(), rows));
    if (keep) keep_rows(rows, keep);
    if (!rows.t.empty()) TRY(writer.add(refs[ordinal], unit.series[ordinal]->id, rows));
  }
  return writer.finish();
}

Status Engine::put_units(std::span<const Unit> units, std::span<const Record> records) {
  const MutexLock write(write_mu_);
  TRY(must_lead());
  Created created;
  std::vector<NewPack> packs;
  for (const Unit& unit : units) TRY(renumber(unit, created, packs));
  TRY_ASSIGN(auto transaction, db().begin(Durability::kPowerLoss));
  TRY(raise(*transaction));
  TRY(write_created(*transaction, created));
  std::vector<PackPtr> added;
  for (NewPack& pack : packs) {
    auto meta = std::make_shared<PackMeta>(std::move(pack.meta));
    meta->id = next_pack_++;
    meta->made = options_.clock.monotonic();
    TRY(transaction->insert_pack_data(*meta, pack.bytes));
    TRY(transaction->insert_pack(*meta));
    added.push_back(std::move(meta));
  }
  if (sharing_ != nullptr) TRY(transaction->set_meta(kNextPack, fmt::format("{}", next_pack_)));
  TRY(write_records(*transaction, records));
  TRY(fault::point(kFaultPutBeforeCommit));
  TRY(commit(std::move(transaction)));
  raised();
  Status after = fault::point(kFaultPutAfterCommit);
  obey(records);
  const MutexLock lock(mu_);
  // The pack's last time is an upper bound: a sample at or before it is looked up.
  for (const Unit& unit : units) {
    if (unit.meta.resolution != Resolution::kRaw) continue;
    for (const SeriesPtr& series : unit.series) {
      HeadSeries* here = find_or_create(series, created);
      here->last_t = std::max(here->last_t, TimestampMs{unit.meta.t_max});
    }
    counters_.t_min = std::min(counters_.t_min, TimestampMs{unit.meta.t_min});
    counters_.t_max = std::max(counters_.t_max, TimestampMs{unit.meta.t_max});
  }
  add_created(created);
  catalog_ = catalog_->swapped({}, added);
  return after;
}

Result<AppendResult> Engine::apply(const model::Batch& batch, const RecordsOf& records) {
  TRY(help_sealing());
  const MutexLock write(write_mu_);
  TRY(must_lead());
  return admit(batch, {}, Durability::kPowerLoss, records, true);
}

Status Engine::put_extras(const Extras& extras, std::span<const Record> records) {
  const MutexLock write(write_mu_);
  TRY(must_lead());
  std::multiset<AuditRow> there;
  TRY(db().load_audit([&](TimestampMs t, std::string_view action, std::string_view detail) -> Status {
    there.insert({t, std::string(action), std::string(detail)});
    return {};
  }));
  TRY_ASSIGN(const auto transaction, db().begin(Durability::kPowerLoss));
  TRY(raise(*transaction));
  for (const AuditRow& row : extras.audit) {
    if (const auto it = there.find(row); it != there.end()) {
      there.erase(it);
      continue;
    }
    TRY(transaction->insert_audit(row.t, row.action, row.detail));
  }
  Catalog::Days rolled;
  for (const auto& [day, known] : extras.rolled) {
    if (catalog_for_writer().rolled().contains(day)) continue;
    rolled.emplace(day, known);
    TRY(transaction->set_rolled(day, known));
  }
  TRY(write_records(*transaction, records));
  TRY(transaction->commit());
  raised();
  obey(records);
  const MutexLock lock(mu_);
  catalog_ = catalog_->swapped({}, {}, rolled);
  return {};
}

Status Engine::not_deletable() {
  const MutexLock write(write_mu_);
  if (!hold_ && !paused_) return {};
  return Error(Code::kFailedPrecondition,
               "a migration is under way, and the other store would keep what is deleted here: complete it or cancel "
               "it first (oreum migrate complete, oreum migrate cancel)");
}

Status Engine::erase(model::SeriesId series, TimestampMs t_min, TimestampMs t_max) {
  const MutexLock lock(compact_mu_);
  TRY(seal());
  std::unordered_set<int64_t> refs;
  {
    const MutexLock write(write_mu_);
    if (const HeadSeries* known = head_for_writer().find(series)) refs.insert(known->ref);
  }
  DeleteResult result;
  return delete_from_packs(refs, t_min, t_max, false, result);
}

Result<uint64_t> Engine::drop_damaged(TimestampMs t_min, TimestampMs t_max) {
  const MutexLock lock(compact_mu_);
  TRY(seal());
  std::vector<PackPtr> packs;
  catalog()->for_each(Resolution::kRaw, t_min, t_max, [&](const PackPtr& pack) { packs.push_back(pack); });
  std::vector<PackPtr> gone;
  for (const PackPtr& pack : packs) {
    const auto by_ref = ids_of(std::span(&pack, 1));
    std::vector<model::SeriesId> ids;
    for (uint32_t i = 0; i < pack->refs.size(); ++i) ids.push_back(by_ref.at(pack->refs.ref(i)));
    const auto bytes = load_once(*pack);
    const auto digest = bytes ? pack_digest(**bytes, ids) : Result<uint64_t>(bytes.error());
    if (digest && *digest == pack->digest) continue;
    if (!digest && digest.error().code() != Code::kDataLoss) return Error(digest.error());
    gone.push_back(pack);
    damaged_.erase(pack->id);
  }
  if (gone.empty()) return uint64_t{0};
  const uint64_t n = gone.size();
  const Swap swap{std::move(gone), {}, {}, kFaultDeleteBeforeCommit, kFaultDeleteAfterCommit};
  const MutexLock write(write_mu_);
  TRY(commit_swap(swap));
  const MutexLock head(mu_);
  show_swap(swap);
  return n;
}

}  // namespace oreum::storage
