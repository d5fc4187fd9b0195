#include "storage/rollup.h"

#include <algorithm>
#include <bit>

namespace oreum::storage {

namespace {

// Columns. What follows from others is written as 0: a constant column costs next to nothing.
enum Field : size_t { kCount, kSum, kMin, kMax, kFirst, kLast, kIncrease, kSpan, kGap, kFlags };
static_assert(kFlags + 1 == kRollupFields);

// Flags.
constexpr unsigned kBrokenBefore = 1;
constexpr unsigned kBrokenAfter = 2;
constexpr unsigned kRising = 4;  // min is first, max is last, increase is their difference
constexpr unsigned kFlat = 8;    // sum is count × first
constexpr unsigned kAllFlags = 15;

/// A span is left out where the bucket before says from when on the increase counts.
constexpr int64_t kNeighbourMs = 60'000;
/// A form is used where it fits to so many buckets of ten: a column that is 0 only now and then packs worse.
constexpr size_t kMostOfTen = 8;

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

bool rising(const Bucket& b) {
  return same(b.min, b.first) && same(b.max, b.last) && same(b.increase, counter_increase(b.first, b.last));
}

bool flat(const Bucket& b) { return same(b.sum, static_cast<double>(b.count) * b.first); }

template <typename F>
bool mostly(std::span<const Bucket> buckets, F&& fits) {
  size_t all = 0;
  size_t good = 0;
  for (const Bucket& b : buckets) {
    if (b.count == 0) continue;
    ++all;
    good += fits(b) ? 1 : 0;
  }
  return good * 10 >= all * kMostOfTen;
}

/// Whether the samples before the first one of `b` end in `before`, so near that a reader who wants the span has them.
bool follows(const Bucket& before, const Bucket& b) {
  if (before.count == 0 || before.broken_after || b.broken_before || b.span == Bucket::kUnknown) return false;
  return b.last_t - before.last_t - b.span < kNeighbourMs;
}

}  // namespace

void buckets_to_rows(std::span<const Bucket> buckets, Rows& rows) {
  rows.clear(kRollupFields);
  const bool use_rising = mostly(buckets, rising);
  const bool use_flat = mostly(buckets, flat);
  for (size_t i = 0; i < buckets.size(); ++i) {
    const Bucket& b = buckets[i];
    const bool some = b.count > 0;
    const bool is_rising = use_rising && some && rising(b);
    const bool is_flat = use_flat && some && flat(b);
    const bool spanless = i > 0 && follows(buckets[i - 1], b);
    rows.t.push_back(b.last_t);
    rows.v[kCount].push_back(static_cast<double>(b.count));
    rows.v[kSum].push_back(is_flat ? 0 : b.sum);
    rows.v[kMin].push_back(is_rising || !some ? 0 : b.min);
    rows.v[kMax].push_back(is_rising || !some ? 0 : b.max);
    rows.v[kFirst].push_back(some ? b.first : 0);
    rows.v[kLast].push_back(some ? b.last : 0);
    rows.v[kIncrease].push_back(is_rising ? 0 : b.increase);
    rows.v[kSpan].push_back(spanless ? static_cast<double>(Bucket::kUnknown) : static_cast<double>(b.span));
    rows.v[kGap].push_back(static_cast<double>(b.gap));
    rows.v[kFlags].push_back((b.broken_before ? kBrokenBefore : 0) | (b.broken_after ? kBrokenAfter : 0) |
                             (is_rising ? kRising : 0) | (is_flat ? kFlat : 0));
  }
}

Bucket bucket_of_row(const Rows& rows, size_t i) {
  // Numbers come from a file: what no bucket has becomes something harmless.
  const auto whole = [&](Field field, double most) {
    const double v = rows.v[field][i];
    return static_cast<int64_t>(v > -2 && v <= most ? v : -1);
  };
  constexpr double kMostMs = 3'600'000;
  Bucket b;
  b.last_t = rows.t[i];
  const auto flags = static_cast<unsigned>(std::max<int64_t>(whole(kFlags, kAllFlags), 0));
  b.count = static_cast<uint64_t>(std::max<int64_t>(whole(kCount, kMostMs), 0));
  b.broken_before = (flags & kBrokenBefore) != 0;
  b.broken_after = (flags & kBrokenAfter) != 0;
  b.span = whole(kSpan, kMostMs);
  b.gap = std::max<int64_t>(whole(kGap, kMostMs), 0);
  if (b.count == 0) return b;
  b.first = rows.v[kFirst][i];
  b.last = rows.v[kLast][i];
  const bool is_rising = (flags & kRising) != 0;
  b.min = is_rising ? b.first : rows.v[kMin][i];
  b.max = is_rising ? b.last : rows.v[kMax][i];
  b.increase = is_rising ? counter_increase(b.first, b.last) : rows.v[kIncrease][i];
  b.sum = (flags & kFlat) != 0 ? static_cast<double>(b.count) * b.first : rows.v[kSum][i];
  return b;
}

uint64_t raw_digest(const Catalog& catalog, int64_t day) {
  uint64_t digest = 0;
  const auto& days = catalog.windows(Resolution::kRaw);
  if (const auto it = days.find(day); it != days.end()) {
    for (const PackPtr& pack : *it->second) digest += pack->digest;
  }
  return digest;
}

bool is_fresh(const Catalog& catalog, int64_t day) {
  const auto it = catalog.rolled().find(day);
  return it != catalog.rolled().end() && it->second.digest == raw_digest(catalog, day);
}

std::optional<int64_t> plan_rollup(const Catalog& catalog, Moment now, const RollupPolicy& policy,
                                   const std::set<int64_t>& skip) {
  const auto& days = catalog.windows(Resolution::kRaw);
  std::set<int64_t> stale;
  for (const auto& [day, packs] : days) {
    const bool quiet = std::all_of(packs->begin(), packs->end(),
                                   [&](const PackPtr& pack) { return pack->made + policy.quiet <= now.monotonic; });
    if (quiet && !is_fresh(catalog, day)) stale.insert(day);
  }
  // Days of which all samples were deleted.
  for (const auto& [day, rolled] : catalog.rolled()) {
    if (!days.contains(day) && rolled.digest != 0) stale.insert(day);
  }
  for (const int64_t day : stale) {
    const bool over = window_last(Resolution::kRaw, day) < now.wall.ms - policy.slack.count();
    if (over && !skip.contains(day)) return day;
  }
  return std::nullopt;
}

}  // namespace oreum::storage
