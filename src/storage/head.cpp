#include "storage/head.h"

#include <algorithm>

#include "storage/columns.h"

namespace oreum::storage {

TimestampMs OpenSamples::t_min() const {
  TimestampMs t = in_order.empty() ? TimestampMs::max() : in_order.first_t();
  if (!late.empty()) t = std::min(t, late.front().t);
  return t;
}

TimestampMs OpenSamples::t_max() const {
  TimestampMs t = in_order.empty() ? TimestampMs::min() : in_order.last_t();
  if (!late.empty()) t = std::max(t, late.back().t);
  return t;
}

Status OpenSamples::read(Columns& out) const {
  Columns columns;
  TRY(in_order.decode(columns.t, columns.v));
  merge_into(out, columns);
  columns.clear();
  for (const model::Sample& sample : late) {
    columns.t.push_back(sample.t.ms);
    columns.v.push_back(sample.v);
  }
  merge_into(out, columns);
  return {};
}

void HeadSeries::add(TimestampMs t, double v) {
  // The smallest time of all is "late" in an empty series, too: last_t cannot say "none".
  if (t > last_t) {
    open.in_order.append(t, v);
    last_t = t;
    return;
  }
  auto& late = open.late;
  const auto at = std::upper_bound(late.begin(), late.end(), t,
                                   [](TimestampMs time, const model::Sample& s) { return time < s.t; });
  late.insert(at, {t, v});
  open.late_digest += encoding::sample_hash(t, v);
}

HeadSnapshot HeadSnapshot::of(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max) {
  HeadSnapshot snapshot;
  snapshot.series = series.series;
  snapshot.ref = series.ref;
  snapshot.stored = series.stored;
  if (series.open.overlaps(t_min, t_max)) snapshot.open = series.open;
  if (series.frozen != nullptr && series.frozen->overlaps(t_min, t_max)) {
    snapshot.frozen.push_back(series.frozen);
  }
  return snapshot;
}

Status HeadSnapshot::read(Columns& out) const {
  for (const auto& part : frozen) TRY(part->read(out));
  return open.read(out);
}

HeadSeries* Head::find(model::SeriesId id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.get();
}

HeadSeries* Head::insert(std::unique_ptr<HeadSeries> series) {
  HeadSeries* raw = series.get();
  by_metric_[std::string(raw->series->labels.metric())].push_back(raw);
  by_id_.emplace(raw->series->id, std::move(series));
  return raw;
}

void Head::erase(HeadSeries* series) {
  const auto it = by_metric_.find(std::string(series->series->labels.metric()));
  std::erase(it->second, series);
  if (it->second.empty()) by_metric_.erase(it);
  by_id_.erase(series->series->id);
}

std::vector<HeadSeries*> Head::select(const CompiledMatchers& matchers) const {
  std::vector<HeadSeries*> found;
  const auto take = [&](HeadSeries& series) {
    if (matchers.matches(series.series->labels)) found.push_back(&series);
  };
  if (const std::string_view metric = matchers.metric(); !metric.empty()) {
    const auto it = by_metric_.find(std::string(metric));
    if (it != by_metric_.end()) {
      for (HeadSeries* series : it->second) take(*series);
    }
  } else {
    for_each(take);
  }
  std::sort(found.begin(), found.end(),
            [](const HeadSeries* a, const HeadSeries* b) { return a->series->labels < b->series->labels; });
  return found;
}

}  // namespace oreum::storage
