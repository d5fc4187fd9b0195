#include "storage/engine/series_set.h"

#include <algorithm>
#include <tuple>

#include "storage/columns.h"
#include "storage/rows.h"

namespace oreum::storage {

bool EngineSeriesSet::next() {
  // What has been read is let go of early: a query over many series holds few in memory.
  if (next_ > 0) view_.series[next_ - 1] = {};
  if (next_ == view_.series.size()) return false;
  ++next_;
  return true;
}

/// Of the present series.
std::span<const EngineSeriesSet::Part> EngineSeriesSet::parts(Resolution r) {
  auto& all = parts_[static_cast<size_t>(r)];
  if (!all) all = find_parts(r);
  const auto at = static_cast<uint32_t>(next_ - 1);
  const auto first =
      std::lower_bound(all->begin(), all->end(), at, [](const Part& p, uint32_t wanted) { return p.series < wanted; });
  auto last = first;
  while (last != all->end() && last->series == at) ++last;
  return {first, last};
}

/// One pass over the catalog for all series: which packs hold which of them.
std::vector<EngineSeriesSet::Part> EngineSeriesSet::find_parts(Resolution r) const {
  std::vector<Part> parts;
  std::vector<std::pair<int64_t, uint32_t>> by_ref;
  for (size_t i = next_ - 1; i < view_.series.size(); ++i) {
    by_ref.emplace_back(view_.series[i].ref, static_cast<uint32_t>(i));
  }
  std::sort(by_ref.begin(), by_ref.end());
  view_.catalog->for_each(r, t_min_, t_max_, [&](const PackPtr& pack) {
    auto it = by_ref.begin();
    for (const RefRuns::Run& run : pack->refs.runs()) {
      it = std::lower_bound(it, by_ref.end(), std::pair(run.first, uint32_t{0}));
      for (; it != by_ref.end() && it->first <= run.last(); ++it) {
        parts.push_back({it->second, run.ordinal + static_cast<uint32_t>(it->first - run.first), &pack});
      }
    }
  });
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tuple(a.series, (*a.pack)->t_min) < std::tuple(b.series, (*b.pack)->t_min);
  });
  return parts;
}

/// Makes room for what the parts hold in the range, about: growing by doubling costs more than decoding.
void EngineSeriesSet::reserve(std::span<const Part> parts, TimestampMs from, TimestampMs to, Columns& out) {
  double samples = 0;
  for (const Part& part : parts) {
    const PackMeta& meta = **part.pack;
    if (!meta.overlaps(from, to)) continue;
    const double all = static_cast<double>(meta.t_max) - static_cast<double>(meta.t_min) + 1;
    const double wanted =
        static_cast<double>(std::min(meta.t_max, to.ms)) - static_cast<double>(std::max(meta.t_min, from.ms)) + 1;
    samples += static_cast<double>(meta.samples) / meta.refs.size() * wanted / all;
  }
  constexpr double kMost = 1 << 24;  // uneven packs must not ask for much in vain
  const auto room = static_cast<size_t>(std::min(samples * 1.02, kMost));
  if (room <= out.t.capacity()) return;
  out.t.reserve(room + 64);
  out.v.reserve(room + 64);
}

Result<std::shared_ptr<const encoding::Pack>> EngineSeriesSet::load(const PackMeta& meta) {
  if (once_ == nullptr) return at_hand_ ? engine_.cached_pack(meta) : engine_.load_pack(meta);
  if (auto pack = engine_.cached_pack(meta)) return pack;
  if (auto pack = once_->find(meta.id)) return pack;
  TRY_ASSIGN(auto pack, engine_.load_once(meta, once_->times()));
  once_->insert(meta.id, pack);
  return pack;
}

Status EngineSeriesSet::read(TimestampMs from, TimestampMs to, Columns& out) {
  out.clear();
  const auto all = parts(Resolution::kRaw);
  reserve(all, from, to, out);
  chunks_.clear();
  for (const Part& part : all) {
    const PackMeta& meta = **part.pack;
    if (!meta.overlaps(from, to)) continue;
    const auto pack = load(meta);
    if (!pack) return Error(pack.error()).wrap(Engine::where(series(), meta));
    chunks_.add(*pack, meta, part.ordinal, from, to);
  }
  Status status = chunks_.read(from, to, out);
  if (!status) return Error(std::move(status).error()).wrap(Engine::where(series(), chunks_.failed()));
  const HeadSnapshot& head = view_.series[next_ - 1];
  if (head.empty()) return {};
  TRY(head.read(out));
  clip(out, from, to);
  return {};
}

/// By what packs and the memory say of themselves; nothing is decoded.
Result<bool> EngineSeriesSet::may_have_samples() {
  const HeadSnapshot& series = view_.series[next_ - 1];
  if (series.open.overlaps(t_min_, t_max_)) return true;
  if (series.frozen != nullptr && series.frozen->overlaps(t_min_, t_max_)) return true;
  return !parts(Resolution::kRaw).empty();
}

Result<bool> EngineSeriesSet::read_buckets(Resolution r, RollupUse use, std::vector<Bucket>& out) {
  out.clear();
  const std::vector<Covered> days = covered(r, use);
  std::vector<Bucket> made;
  TRY(read_rollups(r, days, made));
  Columns samples;
  TRY(read_between(days, samples));
  to_buckets(samples.t, samples.v, made, bucket(r), out);
  return !made.empty();
}

std::vector<EngineSeriesSet::Covered> EngineSeriesSet::covered(Resolution r, RollupUse use) {
  const Catalog& catalog = *view_.catalog;
  const int64_t length = bucket(r).count();
  // The bucket that goes on after the range is not taken whole where there are samples to take a part of it from.
  const int64_t last_bucket = part_first(length, part_of(length, t_max_.ms));
  const bool last_is_whole = part_last(length, part_of(length, t_max_.ms)) == t_max_.ms;
  std::vector<Covered> days;
  for (auto it = catalog.rolled().lower_bound(window_of(Resolution::kRaw, t_min_.ms));
       it != catalog.rolled().end() && it->first <= window_of(Resolution::kRaw, t_max_.ms); ++it) {
    const auto& [day, rolled] = *it;
    if (!rolled.has(r)) continue;
    const auto [fresh, unknown] = fresh_.try_emplace(day, false);
    if (unknown) fresh->second = is_fresh(catalog, day);
    int64_t until = rolled.cut;
    if (use == RollupUse::kWherePossible && fresh->second && !in_head(day)) {
      const int64_t last = window_last(Resolution::kRaw, day);
      until = last == INT64_MAX ? last : last + 1;
      if (!last_is_whole && last_bucket < until) until = std::max(last_bucket, rolled.cut);
    }
    if (until > window_first(Resolution::kRaw, day)) days.push_back({day, until});
  }
  return days;
}

/// Whether the series may have samples in memory that the day's rollups do not have.
bool EngineSeriesSet::in_head(int64_t day) const {
  const HeadSnapshot& series = view_.series[next_ - 1];
  const TimestampMs from{window_first(Resolution::kRaw, day)};
  const TimestampMs to{window_last(Resolution::kRaw, day)};
  return series.open.overlaps(from, to) || (series.frozen != nullptr && series.frozen->overlaps(from, to));
}

Status EngineSeriesSet::read_rollups(Resolution r, std::span<const Covered> days, std::vector<Bucket>& out) {
  if (days.empty()) return {};
  Rows rows;
  rows.clear(kRollupFields);
  for (const Part& part : parts(r)) {
    const PackMeta& meta = **part.pack;
    const auto pack = load(meta);
    Status status = pack ? Status() : Status(pack.error());
    if (status && (*pack)->fields() != kRollupFields) status = Error(Code::kDataLoss, "it is not a rollup");
    if (status) status = read_rows(**pack, part.ordinal, t_min_, t_max_, rows);
    if (!status) return Error(std::move(status).error()).wrap(Engine::where(series(), meta));
  }
  const int64_t length = bucket(r).count();
  auto day = days.begin();
  for (size_t i = 0; i < rows.t.size() && rows.t[i] <= t_max_.ms; ++i) {
    if (rows.t[i] < t_min_.ms) continue;
    while (day != days.end() && day->day < window_of(Resolution::kRaw, rows.t[i])) ++day;
    if (day == days.end()) break;
    const bool in_day = day->day == window_of(Resolution::kRaw, rows.t[i]);
    if (in_day && part_first(length, part_of(length, rows.t[i])) < day->until) out.push_back(bucket_of_row(rows, i));
  }
  return {};
}

/// Samples that are not in the rollups taken.
Status EngineSeriesSet::read_between(std::span<const Covered> days, Columns& out) {
  Columns some;
  int64_t from = t_min_.ms;
  for (const Covered& covered : days) {
    const int64_t day = window_first(Resolution::kRaw, covered.day);
    if (from < day) {
      TRY(read({from}, {day - 1}, some));
      merge_into(out, some);
    }
    from = std::max(from, covered.until);
  }
  if (from > t_max_.ms) return {};
  TRY(read({from}, t_max_, some));
  merge_into(out, some);
  return {};
}

}  // namespace oreum::storage
