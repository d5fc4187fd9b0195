// The head: what is in memory of every series, above all the samples that are in no stored chunk yet.
//
// Thread rule of everything here: changed only while the owner holds both its write lock and its head lock, so that
// whoever holds either of them may read. Snapshots are taken under a lock and read without.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "encoding/chunk.h"
#include "model/labels.h"
#include "model/sample.h"
#include "storage/index_ids.h"
#include "storage/index_view.h"
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

struct HeadSeries {
  // What each sample looks at stands together: thousands of these do not fit into a processor's cache.
  TimestampMs last_t = TimestampMs::min();  // no sample is later, wherever it is
  // Scratch of the batch being admitted, so that admission needs no table of its own. Under the write lock only.
  uint64_t batch = 0;
  TimestampMs batch_last_t;
  int64_t ref = 0;
  OpenSamples open;
  std::shared_ptr<const OpenSamples> frozen;  // being sealed; null otherwise
  std::shared_ptr<const model::Series> series;
  uint32_t ordinals[2] = {};  // in the index and in the one being made; see Head::Compaction

  void add(TimestampMs t, double v);
};

/// What a reader needs of one series; reads without a lock.
struct HeadSnapshot {
  std::shared_ptr<const model::Series> series;
  int64_t ref = 0;
  OpenSamples open;
  std::shared_ptr<const OpenSamples> frozen;  // null when there is nothing in it

  /// Of `series` for a time range.
  static HeadSnapshot of(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max);
  bool empty() const { return open.empty() && frozen == nullptr; }
  /// Adds the samples in memory to `out`.
  Status read(Columns& out) const;
};

/// All series, by id and by label.
///
/// Queries do their work on a view, without a lock. What they may still look at is freed later (Reclaimer).
class Head {
 public:
  Head() = default;
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;
  ~Head();

  HeadSeries* find(model::SeriesId id) const { return by_id_.find(id); }
  size_t size() const { return by_id_.size(); }
  size_t series_of_metric(std::string_view metric) const;
  HeadSeries* insert(std::unique_ptr<HeadSeries> series);
  void erase(HeadSeries* series);
  /// Calls f(HeadSeries&) for each, in the order of insertion.
  template <typename F>
  void for_each(F&& f) const {
    for (uint32_t i = 0, n = index_->ordinals(); i < n; ++i) {
      if (HeadSeries* series = index_->series(i)) f(*series);
    }
  }
  /// To select from when the lock is no longer held.
  IndexView view() const { return {index_, reclaimer_.pin()}; }
  /// Those that match, sorted by labels. Takes as long as it takes: where others wait for the lock, use a view.
  std::vector<HeadSeries*> select(const CompiledMatchers& matchers) const { return view().select(matchers); }

  /// Whether so many series were erased that the index should be made afresh.
  bool wants_compaction() const;
  /// An index without the erased series, made while the head is in use. One at a time:
  ///   begin_compaction() under a lock, build() without one, finish_compaction() under both; then, again without, let
  /// go of it: the old index goes with it.
  class Compaction {
   public:
    void build();

   private:
    friend class Head;
    std::shared_ptr<LabelIndex> from_;
    Reclaimer::Pin pin_;
    uint32_t limit_ = 0;
    size_t slot_ = 0;  // of HeadSeries::ordinals
    std::shared_ptr<LabelIndex> fresh_;
    Reclaimer reclaimer_;  // nobody reads `fresh` yet
  };
  Compaction begin_compaction();
  void finish_compaction(Compaction& compaction);

  /// What the index and the table of ids take in memory.
  size_t index_bytes() const { return index_->bytes() + by_id_.bytes(); }

 private:
  SeriesTable by_id_;
  Reclaimer reclaimer_;
  std::shared_ptr<LabelIndex> index_ = std::make_shared<LabelIndex>();
  size_t slot_ = 0;  // which of HeadSeries::ordinals is that of index_
  bool compacting_ = false;
  std::vector<HeadSeries*> erased_meanwhile_;  // by a compaction under way, which keeps them in memory
};

}  // namespace oreum::storage
