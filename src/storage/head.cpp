#include "storage/head.h"

#include <algorithm>

#include "storage/columns.h"

namespace oreum::storage {

namespace {
// Fewer erased series than these are no burden.
constexpr size_t kFewErased = 4096;
}  // namespace

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
  if (!late.empty()) {  // put into what is in memory first: what is in `out` is mostly before all of it, and much more
    Columns others;
    for (const model::Sample& sample : late) {
      others.t.push_back(sample.t.ms);
      others.v.push_back(sample.v);
    }
    merge_into(columns, others);
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
  if (series.open.overlaps(t_min, t_max)) snapshot.open = series.open;
  if (series.frozen != nullptr && series.frozen->overlaps(t_min, t_max)) {
    snapshot.frozen = series.frozen;
  }
  return snapshot;
}

Status HeadSnapshot::read(Columns& out) const {
  if (frozen != nullptr) TRY(frozen->read(out));
  return open.read(out);
}

Head::~Head() {
  for_each([](HeadSeries& series) { delete &series; });
}

HeadSeries* Head::insert(std::unique_ptr<HeadSeries> series) {
  HeadSeries* raw = series.release();
  raw->ordinals[slot_] = index_->insert(raw, raw->series->labels, reclaimer_);
  by_id_.insert(raw);
  return raw;
}

void Head::erase(HeadSeries* series) {
  by_id_.erase(series);
  index_->erase(series->ordinals[slot_], series->series->labels);
  if (compacting_) erased_meanwhile_.push_back(series);
  reclaimer_.retire(series, [](void* gone) { delete static_cast<HeadSeries*>(gone); }, sizeof(HeadSeries));
}

size_t Head::series_of_metric(std::string_view metric) const {
  const IndexName* name = index_->name(model::kMetricName);
  const IndexValue* value = name == nullptr ? nullptr : index_->value(*name, metric);
  return value == nullptr ? 0 : value->live.load(std::memory_order_relaxed);
}

bool Head::wants_compaction() const {
  const size_t erased = index_->ordinals() - size();
  return erased >= kFewErased && erased > size() / 2;
}

Head::Compaction Head::begin_compaction() {
  Compaction compaction;
  compaction.from_ = index_;
  compaction.pin_ = reclaimer_.pin();
  compaction.limit_ = index_->ordinals();
  compaction.slot_ = 1 - slot_;
  compaction.fresh_ = std::make_shared<LabelIndex>();
  compacting_ = true;
  erased_meanwhile_.clear();
  return compaction;
}

void Head::Compaction::build() {
  for (uint32_t i = 0; i < limit_; ++i) {
    HeadSeries* series = from_->series(i);
    // Only this compaction looks at the slot, so nobody needs to wait for it.
    if (series != nullptr) series->ordinals[slot_] = fresh_->insert(series, series->series->labels, reclaimer_);
  }
}

void Head::finish_compaction(Compaction& compaction) {
  LabelIndex& fresh = *compaction.fresh_;
  for (const HeadSeries* series : erased_meanwhile_) {
    const uint32_t ordinal = series->ordinals[compaction.slot_];
    // It may have gone before it was copied, or have come after.
    if (ordinal < fresh.ordinals() && fresh.series(ordinal) == series) fresh.erase(ordinal, series->series->labels);
  }
  erased_meanwhile_.clear();
  for (uint32_t i = compaction.limit_; i < index_->ordinals(); ++i) {
    HeadSeries* series = index_->series(i);
    if (series != nullptr) {
      series->ordinals[compaction.slot_] = fresh.insert(series, series->series->labels, reclaimer_);
    }
  }
  index_ = std::move(compaction.fresh_);
  slot_ = compaction.slot_;
  compacting_ = false;
}

}  // namespace oreum::storage
