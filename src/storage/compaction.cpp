#include "storage/compaction.h"

#include <algorithm>
#include <map>

namespace oreum::storage {

namespace {

/// The most packs that overlap in one ref.
size_t depth(const std::vector<PackPtr>& packs) {
  std::vector<std::pair<int64_t, int>> events;
  for (const PackPtr& pack : packs) {
    events.emplace_back(pack->refs.front(), -1);  // -1: at one ref beginnings come before ends
    events.emplace_back(pack->refs.back(), 1);
  }
  std::sort(events.begin(), events.end());
  size_t now = 0;
  size_t most = 0;
  for (const auto& [ref, end] : events) {
    now -= static_cast<size_t>(end);
    most = std::max(most, now);
  }
  return most;
}

/// Those of `packs` that meet one below `level` other than themselves, and those they meet: what a rewrite must read
/// so that afterwards no two packs of the group overlap.
std::vector<PackPtr> entangled(const std::vector<PackPtr>& packs, uint8_t level) {
  std::vector<bool> in(packs.size());
  for (size_t a = 0; a < packs.size(); ++a) {
    if (packs[a]->level >= level) continue;
    for (size_t b = 0; b < packs.size(); ++b) {
      if (a == b || !packs[a]->refs.meets(packs[b]->refs)) continue;
      in[a] = in[b] = true;
    }
  }
  std::vector<PackPtr> out;
  for (size_t i = 0; i < packs.size(); ++i) {
    if (in[i]) out.push_back(packs[i]);
  }
  return out;
}

using Packs = std::vector<PackPtr>;

bool quiet(const Packs& packs, Moment now, milliseconds length) {
  return std::all_of(packs.begin(), packs.end(),
                     [&](const PackPtr& pack) { return pack->level > 0 || pack->made + length <= now.monotonic; });
}

/// Many seals on top of each other, wherever they are: else a long import, or a long day, would pile them up.
std::optional<CompactionJob> pile(const Packs& group, const CompactionPolicy& policy) {
  Packs seals;
  for (const PackPtr& pack : group) {
    if (pack->level == 0) seals.push_back(pack);
  }
  if (depth(seals) < policy.depth) return std::nullopt;
  return CompactionJob{entangled(seals, 1), seals.front()->resolution, 1};
}

}  // namespace

std::optional<CompactionJob> plan_compaction(const Catalog& catalog, Moment now, const CompactionPolicy& policy,
                                             const std::set<int64_t>& skip) {
  const int64_t past = now.wall.ms - policy.slack.count();
  for (const Resolution r : {Resolution::kRaw, Resolution::kMinute, Resolution::kHour}) {
    for (const auto& [window, packs] : catalog.windows(r)) {
      const bool over = window_last(r, window) < past;
      // The whole window is one group when it is over; before, there is one for each part.
      std::map<int64_t, Packs> groups;
      const int64_t part = policy.level1.count() * (window_length(r) / window_length(Resolution::kRaw));
      for (const PackPtr& pack : *packs) {
        if (!skip.contains(pack->id)) groups[over ? 0 : part_of(part, pack->t_min)].push_back(pack);
      }
      for (const auto& [number, group] : groups) {
        if (auto job = pile(group, policy)) return job;
        if (!over && part_last(part, number) >= past - 1) continue;
        const uint8_t level = over ? 2 : 1;
        Packs sources = entangled(group, level);
        if (!sources.empty() && quiet(sources, now, policy.quiet)) return CompactionJob{std::move(sources), r, level};
      }
    }
  }
  return std::nullopt;
}

}  // namespace oreum::storage
