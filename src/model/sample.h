// Samples and batches of them.
#pragma once

#include <bit>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/labels.h"

namespace oreum::model {

/// The bits of Prometheus' stale marker: "this series ended here". A NaN that arithmetic never makes.
inline constexpr uint64_t kStaleNanBits = 0x7ff0000000000002;
inline double stale_marker() { return std::bit_cast<double>(kStaleNanBits); }
inline bool is_stale(double v) { return std::bit_cast<uint64_t>(v) == kStaleNanBits; }
/// Equality of samples is equality of bits: NaN payloads, -0.0 and the stale marker count.
inline bool same_bits(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

struct Sample {
  TimestampMs t;
  double v = 0;
  bool operator==(const Sample& o) const { return t == o.t && same_bits(v, o.v); }
};

/// Many samples on the way to a store, as columns. Label sets are borrowed canonical encodings: from whoever outlives
/// the batch (add) or is kept alive by it (keep), or handed over to it (own). Not thread-safe; moves freely.
class Batch {
 public:
  /// A source may number its series, densely: a store then finds them again without a table. Never trusted, the id
  /// decides; so two sources may use the same numbers.
  static constexpr uint32_t kNoHint = UINT32_MAX;

  /// `series` must outlive the batch.
  void add(const Series& series, TimestampMs t, double v) { add(series.id, series.labels.encoded(), t, v); }
  /// `labels` is the canonical encoding whose id is `id`; what it borrows must outlive the batch.
  void add(SeriesId id, std::string_view labels, TimestampMs t, double v, uint32_t hint = kNoHint) {
    ids_.push_back(id);
    labels_.push_back(labels);
    times_.push_back(t);
    values_.push_back(v);
    hints_.push_back(hint);
  }
  /// Takes the label set over; returns a reference to use for more samples of it.
  const Series& own(Series series) { return owned_.emplace_back(std::move(series)); }
  /// What label sets are borrowed from lives as long as the batch does, or until it is cleared.
  void keep(std::shared_ptr<const void> lender) { lender_ = std::move(lender); }

  size_t size() const { return ids_.size(); }
  bool empty() const { return ids_.empty(); }
  const std::vector<SeriesId>& ids() const { return ids_; }
  const std::vector<std::string_view>& labels() const { return labels_; }
  const std::vector<TimestampMs>& times() const { return times_; }
  const std::vector<double>& values() const { return values_; }
  const std::vector<uint32_t>& hints() const { return hints_; }

  void reserve(size_t n) {
    ids_.reserve(n);
    labels_.reserve(n);
    times_.reserve(n);
    values_.reserve(n);
    hints_.reserve(n);
  }
  /// Empties it, keeping the memory.
  void clear() {
    ids_.clear();
    labels_.clear();
    times_.clear();
    values_.clear();
    hints_.clear();
    owned_.clear();
    lender_.reset();
  }

 private:
  std::vector<SeriesId> ids_;
  std::vector<std::string_view> labels_;
  std::vector<TimestampMs> times_;
  std::vector<double> values_;
  std::vector<uint32_t> hints_;
  std::shared_ptr<const void> lender_;
  std::deque<Series> owned_;  // a deque: references stay good while it grows
};

}  // namespace oreum::model
