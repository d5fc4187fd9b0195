// Rollups as a migration compares them and puts them right: day by day, because that is how they are made, whatever
// packs they are in. docs/decisions/0018-verified-rollups.md.
#include <algorithm>

#include <fmt/core.h>

#include "base/fault.h"
#include "storage/engine/engine.h"
#include "storage/fault_points.h"
#include "storage/pack_writer.h"

namespace oreum::storage {

namespace {

int64_t day_of(int64_t t) { return window_of(Resolution::kRaw, t); }

/// Days that only a pack knew which is lost are made again from their raw samples.
void make_again(const Catalog& catalog, const PackMeta& lost, Catalog::Days& days) {
  const auto& rolled = catalog.rolled();
  for (auto it = rolled.lower_bound(day_of(lost.t_min)); it != rolled.end() && it->first <= day_of(lost.t_max); ++it) {
    Rolled stale = it->second;
    stale.digest = ~stale.digest;
    stale.made &= static_cast<uint8_t>(~bit_of(lost.resolution));
    days.emplace(it->first, stale);
  }
}

}  // namespace

std::set<int64_t> Engine::rolled_windows(Resolution resolution) const {
  std::set<int64_t> windows;
  const std::shared_ptr<const Catalog> now = catalog();
  for (const auto& [window, packs] : now->windows(resolution)) windows.insert(window);
  return windows;
}

Result<std::map<int64_t, uint64_t>> Engine::read_digests(const PackMeta& pack, const IdsByRef& by_ref) const {
  std::vector<model::SeriesId> ids;
  ids.reserve(pack.refs.size());
  for (uint32_t i = 0; i < pack.refs.size(); ++i) {
    const auto id = by_ref.find(pack.refs.ref(i));
    if (id == by_ref.end()) return Error(Code::kDataLoss, "it has a series that is not there");
    ids.push_back(id->second);
  }
  TRY_ASSIGN(const auto bytes, load_once(pack));
  TRY_ASSIGN(auto days, digest_by_day(*bytes, ids));
  uint64_t all = 0;
  for (const auto& [day, digest] : days) all += digest;
  if (all != pack.digest) return Error(Code::kDataLoss, "it holds other rows than were written");
  return days;
}

Result<RolledWindow> Engine::read_rolled(Resolution resolution, int64_t window) {
  const std::shared_ptr<const Catalog> now = catalog();
  RolledWindow all;
  const int64_t last = day_of(window_last(resolution, window));
  for (auto it = now->rolled().lower_bound(day_of(window_first(resolution, window)));
       it != now->rolled().end() && it->first <= last; ++it) {
    all.days[it->first].known = it->second;
  }
  const auto found = now->windows(resolution).find(window);
  if (found == now->windows(resolution).end()) return all;
  all.packs = *found->second;
  const IdsByRef ids = ids_of(all.packs);
  for (const PackPtr& pack : all.packs) {
    const auto days = read_digests(*pack, ids);
    if (!days && days.error().code() != Code::kDataLoss) return Error(days.error());
    if (!days) {
      all.damage.push_back(fmt::format("pack {}: {}", pack->id, days.error().to_string()));
      continue;
    }
    for (const auto& [day, digest] : *days) all.days[day].digest += digest;
  }
  return all;
}

Result<std::vector<int64_t>> Engine::number(const Unit& unit) {
  TRY(put_series(unit.series, {}));
  const MutexLock write(write_mu_);
  std::vector<int64_t> refs;
  refs.reserve(unit.series.size());
  for (const SeriesPtr& series : unit.series) {
    const HeadSeries* known = head_for_writer().find(series->id);
    if (known == nullptr) return Error(Code::kUnavailable, "a series has just gone: try again");
    refs.push_back(known->ref);
  }
  return refs;
}

Status Engine::replace_rolled(Resolution resolution, int64_t window, const Catalog::Days& days, const NextUnit& next) {
  const MutexLock lock(compact_mu_);
  const std::shared_ptr<const Catalog> before = catalog();
  std::vector<PackPtr> own;
  if (const auto found = before->windows(resolution).find(window); found != before->windows(resolution).end()) {
    own = *found->second;
  }
  Swap swap{{}, {}, {}, kFaultRollupBeforeCommit, kFaultRollupAfterCommit, days};
  if (Status written = rewrite_days(own, next, swap); !written) {
    discard(swap.added);
    return written;
  }
  const MutexLock write(write_mu_);
  if (Status status = commit_swap(swap); !status) {
    discard(swap.added);
    return status;
  }
  Status after = fault::point(swap.after_commit);
  const MutexLock head(mu_);
  show_swap(swap);
  return after;
}

Status Engine::rewrite_days(const std::vector<PackPtr>& own, const NextUnit& next, Swap& swap) {
  const Catalog::Days replaced = swap.rolled;
  const auto is_replaced = [&](int64_t t) { return replaced.contains(day_of(t)); };
  const auto stays = [&](int64_t t) { return !is_replaced(t); };
  const auto sink = [&](NewPack pack) -> Status {
    TRY_ASSIGN(PackPtr written, write_bytes(std::move(pack)));
    swap.added.push_back(std::move(written));
    return fault::point(kFaultRollupAfterBytes);
  };
  const std::unique_ptr<MoveReader> reader = move_reader();
  const IdsByRef ids = ids_of(own);
  for (const PackPtr& pack : own) {
    const auto here = read_digests(*pack, ids);
    if (!here && here.error().code() != Code::kDataLoss) return Error(here.error());
    if (!here) {
      make_again(*catalog(), *pack, swap.rolled);
      damaged_.erase(pack->id);
    } else {
      const bool touched =
          std::any_of(here->begin(), here->end(), [&](const auto& day) { return replaced.contains(day.first); });
      if (!touched) continue;
      TRY_ASSIGN(const Unit unit, reader->read_unit(pack));
      std::vector<int64_t> refs;
      for (uint32_t i = 0; i < pack->refs.size(); ++i) refs.push_back(pack->refs.ref(i));
      TRY(reencode(unit, refs, stays, sink));
    }
    swap.gone.push_back(pack);
  }
  for (;;) {
    TRY_ASSIGN(const std::optional<Unit> unit, next());
    if (!unit) return {};
    TRY_ASSIGN(const std::vector<int64_t> refs, number(*unit));
    TRY(reencode(*unit, refs, is_replaced, sink));
  }
}

}  // namespace oreum::storage
