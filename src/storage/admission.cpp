#include "storage/admission.h"

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

#include "storage/columns.h"

namespace oreum::storage {

namespace {

constexpr size_t kReportedConflicts = 10;
// Late samples of a series closer than this are looked up by one read.
constexpr uint64_t kGroupGapMs = 3'600'000;
// Hints beyond it are not worth the memory.
constexpr uint32_t kMaxHints = 1U << 21;

}  // namespace

void Admission::forget() {
  known_.clear();
  series_.clear();
  created_.clear();
  created_by_id_.clear();
  created_by_metric_.clear();
}

Status Admission::decide(const model::Batch& batch, const Head& head, const Limits& limits, const ReadChunks& read) {
  batch_ = &batch;
  ++batch_number_;
  result_ = {};
  late_.clear();
  created_.clear();
  created_by_id_.clear();
  created_by_metric_.clear();
  series_.resize(batch.size(), nullptr);
  accepted_.assign(batch.size(), 0);
  for (size_t i = 0; i < batch.size(); ++i) {
    if (i + kAhead < batch.size()) prefetch_hinted(batch.hints()[i + kAhead]);
    const TimestampMs t = batch.times()[i];
    if (t < limits.horizon) {
      ++result_.too_old;
      continue;
    }
    HeadSeries* series = resolve(i, head, limits);
    if (series == nullptr) continue;
    if (series->batch != batch_number_) {
      series->batch = batch_number_;
      series->batch_last_t = series->last_t;
    }
    if (t > series->batch_last_t) {
      series->batch_last_t = t;
      accepted_[i] = 1;
      ++result_.added;
    } else {
      late_.push_back(static_cast<uint32_t>(i));
    }
  }
  return late_.empty() ? Status{} : decide_late(read);
}

HeadSeries* Admission::resolve(size_t at, const Head& head, const Limits& limits) {
  const model::SeriesId id = batch_->ids()[at];
  const uint32_t hint = batch_->hints()[at];
  if (hint >= kMaxHints) {
    // A batch of the same shape as the one before, as collectors send it, finds its series without a table.
    if (series_[at] == nullptr || series_[at]->series->id != id) series_[at] = find_or_create(at, head, limits);
    return series_[at];
  }
  if (hint >= known_.size()) known_.resize(std::max<size_t>(hint + 1, 2 * known_.size()));
  Known& known = known_[hint];
  if (known.series == nullptr || known.id != id) known = {id, find_or_create(at, head, limits)};
  return series_[at] = known.series;
}

HeadSeries* Admission::find_or_create(size_t at, const Head& head, const Limits& limits) {
  const model::SeriesId id = batch_->ids()[at];
  if (HeadSeries* series = head.find(id); series != nullptr) return series;
  const auto it = created_by_id_.find(id);
  return it != created_by_id_.end() ? it->second : create(at, head, limits);
}

HeadSeries* Admission::create(size_t at, const Head& head, const Limits& limits) {
  if (head.size() + created_.size() >= limits.max_series) {
    reject(at,
           fmt::format("the limit of {} series is reached (max_series); /cardinality shows which label makes so many",
                       limits.max_series));
    return nullptr;
  }
  Result<model::Labels> labels = model::Labels::decode(batch_->labels()[at]);
  if (!labels || labels->empty() || model::series_id(labels->encoded()) != batch_->ids()[at]) {
    reject(at, "a series without a valid label set");
    return nullptr;
  }
  if (limits.max_series_per_metric != SIZE_MAX) {
    const std::string metric(labels->metric());
    size_t& created = created_by_metric_[metric];
    if (head.series_of_metric(metric) + created >= limits.max_series_per_metric) {
      reject(at, fmt::format("the limit of {} series of one metric is reached (max_series_per_metric); /cardinality "
                             "shows which label makes so many",
                             limits.max_series_per_metric));
      return nullptr;
    }
    ++created;
  }
  auto series = std::make_unique<HeadSeries>();
  series->series = std::make_shared<const model::Series>(std::move(*labels));
  series->ref = limits.next_ref + static_cast<int64_t>(created_.size());
  HeadSeries* raw = series.get();
  created_by_id_.emplace(raw->series->id, raw);
  created_.push_back(std::move(series));
  return raw;
}

Status Admission::decide_late(const ReadChunks& read) {
  // By series and time, and in the batch's order where both are equal: the first one wins.
  const auto key = [&](uint32_t at) { return std::tuple(series_[at]->ref, batch_->times()[at], at); };
  const auto before = [&](uint32_t a, uint32_t b) { return key(a) < key(b); };
  in_order_.clear();
  for (uint32_t i = 0; i < accepted_.size(); ++i) {
    if (accepted_[i] != 0) in_order_.push_back(i);
  }
  std::sort(in_order_.begin(), in_order_.end(), before);
  std::sort(late_.begin(), late_.end(), before);
  for (auto from = late_.cbegin(); from != late_.cend();) {
    auto to = from + 1;
    while (to != late_.cend() && series_[*to] == series_[*from] &&
           static_cast<uint64_t>(batch_->times()[*to].ms) - static_cast<uint64_t>(batch_->times()[*(to - 1)].ms) <=
               kGroupGapMs) {
      ++to;
    }
    TRY(decide_group(std::span(from, to), read));
    from = to;
  }
  return {};
}

Status Admission::read_known(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max, const ReadChunks& read,
                             Columns& known) const {
  TRY(HeadSnapshot::of(series, t_min, t_max).read(known));
  TRY(read(series, t_min, t_max, known));
  // What this batch itself brought in order; its times rise, and are after all of the above.
  const auto first = std::lower_bound(
      in_order_.begin(), in_order_.end(), std::pair(series.ref, t_min),
      [&](uint32_t at, const auto& wanted) { return std::pair(series_[at]->ref, batch_->times()[at]) < wanted; });
  Columns sent;
  for (auto it = first; it != in_order_.end() && series_[*it] == &series && batch_->times()[*it] <= t_max; ++it) {
    sent.t.push_back(batch_->times()[*it].ms);
    sent.v.push_back(batch_->values()[*it]);
  }
  merge_into(known, sent);
  return {};
}

Status Admission::decide_group(std::span<const uint32_t> group, const ReadChunks& read) {
  Columns known;
  if (const Status status = read_known(*series_[group.front()], batch_->times()[group.front()],
                                       batch_->times()[group.back()], read, known);
      !status) {
    // Where a chunk is damaged, a late sample can be neither accepted nor called a duplicate; others must not suffer.
    if (status.error().code() != Code::kDataLoss) return status;
    for (const uint32_t at : group) reject(at, status.error().to_string());
    return {};
  }
  uint32_t last = UINT32_MAX;  // the last one of the group that was accepted
  for (const uint32_t at : group) {
    const int64_t t = batch_->times()[at].ms;
    const auto found = std::lower_bound(known.t.begin(), known.t.end(), t);
    if (found != known.t.end() && *found == t) {
      compare(at, known.v[static_cast<size_t>(found - known.t.begin())]);
    } else if (last != UINT32_MAX && batch_->times()[last].ms == t) {
      compare(at, batch_->values()[last]);
    } else {
      accepted_[at] = 1;
      ++result_.added;
      last = at;
    }
  }
  return {};
}

void Admission::compare(uint32_t at, double stored) {
  const double value = batch_->values()[at];
  if (model::same_bits(stored, value)) {
    ++result_.duplicates;
    return;
  }
  ++result_.conflict_count;
  if (result_.conflicts.size() < kReportedConflicts) {
    result_.conflicts.push_back({series_[at]->series->labels.to_string(), batch_->times()[at], stored, value});
  }
}

void Admission::reject(size_t at, const std::string& why) {
  ++result_.rejected;
  if (!result_.first_rejected.empty()) return;
  const Result<model::Labels> labels = model::Labels::decode(batch_->labels()[at]);
  result_.first_rejected = fmt::format("{}: {}", labels ? labels->to_string() : "?", why);
}

}  // namespace oreum::storage
