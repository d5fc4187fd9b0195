// The head: what is in memory of every series, above all the samples that are in no stored chunk yet.
//
// Thread rule of everything here: changed only while the owner holds both its write lock and its head lock, so that
// whoever holds either of them may read. Snapshots are taken under a lock and read without.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "encoding/chunk.h"
#include "model/labels.h"
#include "model/sample.h"
#include "storage/match.h"
#include "storage/queryable.h"

namespace oreum::storage {

/// Samples of one series that are in memory only: what came in order, encoded, and what came late, sorted by time.
struct OpenSamples {
  encoding::ChunkBuilder in_order;
  std::vector<model::Sample> late;
  uint64_t late_digest = 0;  // sum of sample_hash over `late`

  bool empty() const { return in_order.empty() && late.empty(); }
  uint64_t size() const { return in_order.count() + late.size(); }
  TimestampMs t_min() const;
  TimestampMs t_max() const;
  bool overlaps(TimestampMs from, TimestampMs to) const { return !empty() && t_min() <= to && from <= t_max(); }
  uint64_t digest() const { return in_order.digest() + late_digest; }
  /// All of them in order of time, added to `out`.
  Status read(Columns& out) const;
};

/// What the chunks of a series in the database hold together.
struct StoredRange {
  int64_t chunks = 0;
  int64_t samples = 0;
  TimestampMs t_min = TimestampMs::max();
  TimestampMs t_max = TimestampMs::min();
};

struct HeadSeries {
  std::shared_ptr<const model::Series> series;
  int64_t ref = 0;
  OpenSamples open;
  std::shared_ptr<const OpenSamples> frozen;  // being sealed; null otherwise
  TimestampMs last_t = TimestampMs::min();    // of all its samples, wherever they are
  StoredRange stored;
  // Scratch of the batch being admitted, so that admission needs no table of its own. Under the write lock only.
  uint64_t batch = 0;
  TimestampMs batch_last_t;

  void add(TimestampMs t, double v);
  bool has_samples() const { return !open.empty() || frozen != nullptr || stored.chunks > 0; }
};

/// What a reader needs of one series; reads without a lock.
struct HeadSnapshot {
  std::shared_ptr<const model::Series> series;
  int64_t ref = 0;
  OpenSamples open;
  std::vector<std::shared_ptr<const OpenSamples>> frozen;
  StoredRange stored;

  /// Of `series` for a time range.
  static HeadSnapshot of(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max);
  /// Adds the samples in memory to `out`.
  Status read(Columns& out) const;
};

/// All series, by id and by metric name.
class Head {
 public:
  HeadSeries* find(model::SeriesId id) const;
  size_t size() const { return by_id_.size(); }
  HeadSeries* insert(std::unique_ptr<HeadSeries> series);
  void erase(HeadSeries* series);
  /// Calls f(HeadSeries&) for each, in no particular order.
  template <typename F>
  void for_each(F&& f) const {
    for (const auto& [id, series] : by_id_) f(*series);
  }
  /// Those that match, sorted by labels.
  std::vector<HeadSeries*> select(const CompiledMatchers& matchers) const;

 private:
  std::unordered_map<model::SeriesId, std::unique_ptr<HeadSeries>> by_id_;
  std::unordered_map<std::string, std::vector<HeadSeries*>> by_metric_;
};

}  // namespace oreum::storage
