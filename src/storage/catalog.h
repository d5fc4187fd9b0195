// The catalog: which packs a store has. Small, in memory, immutable: a change makes a new one that shares most of the
// old. See docs/decisions/0008-packs.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/time.h"
#include "storage/bucket.h"
#include "storage/ref_runs.h"

namespace oreum::storage {

/// What is known of a pack without reading it.
struct PackMeta {
  int64_t id = 0;
  Resolution resolution = Resolution::kRaw;
  uint8_t level = 0;  // 0 as sealed, 1 two hours, 2 the whole window
  int64_t t_min = 0;
  int64_t t_max = 0;
  uint64_t samples = 0;
  uint64_t bytes = 0;
  uint64_t digest = 0;  // see pack_digest
  RefRuns refs;
  Monotonic::time_point made{};  // in this run; before it, for those that were there

  bool overlaps(TimestampMs from, TimestampMs to) const { return t_min <= to.ms && from.ms <= t_max; }
};
using PackPtr = std::shared_ptr<const PackMeta>;

/// No pack crosses the border of a window: a UTC day of raw samples; 32 days of minutes; 2048 days of hours.
constexpr int64_t window_length(Resolution r) {
  constexpr int64_t kDay = 86'400'000;
  return r == Resolution::kRaw ? kDay : kDay * (r == Resolution::kMinute ? 32 : 2048);
}
/// Number of the window that holds t.
constexpr int64_t window_of(Resolution r, int64_t t) { return part_of(window_length(r), t); }
/// The first and the last time of a window.
constexpr int64_t window_first(Resolution r, int64_t window) { return part_first(window_length(r), window); }
constexpr int64_t window_last(Resolution r, int64_t window) { return part_last(window_length(r), window); }

/// What is known of the rollups of a UTC day, kept as long as there may be some.
struct Rolled {
  uint64_t digest = 0;      // of the raw packs they are of, see raw_digest(), less those that retention took since
  int64_t cut = INT64_MIN;  // raw samples before it may have gone by retention: their buckets are not made again
  uint8_t made = 0;         // bit of each resolution whose buckets of the day are all there
  bool has(Resolution r) const { return (made >> static_cast<unsigned>(r) & 1U) != 0; }

  friend bool operator==(const Rolled&, const Rolled&) = default;
};
constexpr uint8_t bit_of(Resolution r) { return static_cast<uint8_t>(1U << static_cast<unsigned>(r)); }

/// Immutable; threads share it.
class Catalog {
 public:
  using Packs = std::vector<PackPtr>;  // of a window, by first ref and time
  using Windows = std::map<int64_t, std::shared_ptr<const Packs>>;
  using Days = std::map<int64_t, Rolled>;  // by window of raw samples

  /// A copy without `gone` and with `added`.
  std::shared_ptr<const Catalog> swapped(std::span<const PackPtr> gone, std::span<const PackPtr> added) const {
    return swapped(gone, added, {});
  }
  /// … and with `rolled` in the place of what was there for those days; a day with neither
  /// rollups nor raw samples is forgotten.
  std::shared_ptr<const Catalog> swapped(std::span<const PackPtr> gone, std::span<const PackPtr> added,
                                         const Days& rolled) const;

  const Windows& windows(Resolution r) const { return windows_[static_cast<size_t>(r)]; }
  const Days& rolled() const { return *rolled_; }
  /// Calls f(const PackPtr&) for the packs that overlap the range.
  template <typename F>
  void for_each(Resolution r, TimestampMs from, TimestampMs to, F&& f) const {
    const Windows& all = windows(r);
    for (auto it = all.lower_bound(window_of(r, from.ms)); it != all.end(); ++it) {
      if (it->first > window_of(r, to.ms)) return;
      for (const PackPtr& pack : *it->second) {
        if (pack->overlaps(from, to)) f(pack);
      }
    }
  }
  template <typename F>
  void for_each(F&& f) const {
    for (const Windows& all : windows_) {
      for (const auto& [window, packs] : all) {
        for (const PackPtr& pack : *packs) f(pack);
      }
    }
  }

  size_t packs() const { return packs_; }
  uint64_t samples(Resolution r) const { return samples_[static_cast<size_t>(r)]; }
  uint64_t bytes() const { return bytes_; }
  /// Of raw samples; the ends of time when there are none.
  TimestampMs t_min() const;
  TimestampMs t_max() const;

 private:
  void count(const PackMeta& pack, bool add);

  Windows windows_[3];
  std::shared_ptr<const Days> rolled_ = std::make_shared<const Days>();
  size_t packs_ = 0;
  uint64_t samples_[3] = {};
  uint64_t bytes_ = 0;
};

}  // namespace oreum::storage
