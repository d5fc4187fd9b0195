#include "storage/catalog.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace oreum::storage {

namespace {

bool before(const PackPtr& a, const PackPtr& b) {
  return std::tuple(a->refs.front(), a->t_min, a->id) < std::tuple(b->refs.front(), b->t_min, b->id);
}

}  // namespace

void Catalog::count(const PackMeta& pack, bool add) {
  const auto r = static_cast<size_t>(pack.resolution);
  if (add) {
    ++packs_;
    samples_[r] += pack.samples;
    bytes_ += pack.bytes;
  } else {
    --packs_;
    samples_[r] -= pack.samples;
    bytes_ -= pack.bytes;
  }
}

std::shared_ptr<const Catalog> Catalog::swapped(std::span<const PackPtr> gone, std::span<const PackPtr> added,
                                                const Days& rolled) const {
  auto next = std::make_shared<Catalog>(*this);
  std::map<std::pair<Resolution, int64_t>, std::pair<std::set<int64_t>, Packs>> changes;
  const auto change = [&](const PackPtr& p) -> auto& {
    return changes[{p->resolution, window_of(p->resolution, p->t_min)}];
  };
  for (const PackPtr& pack : gone) change(pack).first.insert(pack->id);
  for (const PackPtr& pack : added) change(pack).second.push_back(pack);
  for (auto& [where, what] : changes) {
    Windows& windows = next->windows_[static_cast<size_t>(where.first)];
    Packs packs;
    if (const auto it = windows.find(where.second); it != windows.end()) packs = *it->second;
    std::erase_if(packs, [&](const PackPtr& p) {
      const bool out = what.first.contains(p->id);
      if (out) next->count(*p, false);
      return out;
    });
    for (PackPtr& pack : what.second) {
      next->count(*pack, true);
      packs.push_back(std::move(pack));
    }
    std::sort(packs.begin(), packs.end(), before);
    if (packs.empty()) {
      windows.erase(where.second);
    } else {
      windows[where.second] = std::make_shared<const Packs>(std::move(packs));
    }
  }
  if (rolled.empty()) return next;
  auto days = std::make_shared<Days>(*rolled_);
  for (const auto& [day, what] : rolled) {
    if (what.made != 0 || next->windows(Resolution::kRaw).contains(day)) {
      (*days)[day] = what;
    } else {
      days->erase(day);
    }
  }
  next->rolled_ = std::move(days);
  return next;
}

TimestampMs Catalog::t_min() const {
  TimestampMs t = TimestampMs::max();
  const Windows& raw = windows(Resolution::kRaw);
  if (raw.empty()) return t;
  for (const PackPtr& pack : *raw.begin()->second) t.ms = std::min(t.ms, pack->t_min);
  return t;
}

TimestampMs Catalog::t_max() const {
  TimestampMs t = TimestampMs::min();
  const Windows& raw = windows(Resolution::kRaw);
  if (raw.empty()) return t;
  for (const PackPtr& pack : *raw.rbegin()->second) t.ms = std::max(t.ms, pack->t_max);
  return t;
}

}  // namespace oreum::storage
