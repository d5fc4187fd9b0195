// Admission: what becomes of each sample of a batch under the identity rule, the horizon and the limits, decided
// before anything is written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/sample.h"
#include "storage/head.h"
#include "storage/store.h"

namespace oreum::storage {

/// Decides over one batch at a time, keeping its memory for the next. A sample after all others of its series (the
/// usual case) costs a comparison; one that is not is looked up in head and chunks. Used under the write lock.
class Admission {
 public:
  struct Limits {
    TimestampMs horizon = TimestampMs::min();  // what is before is too old
    size_t max_series = SIZE_MAX;
    size_t max_series_per_metric = SIZE_MAX;
    int64_t next_ref = 1;  // for new series
  };
  /// Adds the samples of a series in a time range that are in chunks to the columns.
  using ReadChunks = std::function<Status(const HeadSeries&, TimestampMs, TimestampMs, Columns&)>;

  /// The batch must live until the next call; `head` is only read. With an error nothing is accepted.
  Status decide(const model::Batch& batch, const Head& head, const Limits& limits, const ReadChunks& read);

  AppendResult& result() { return result_; }
  /// Series that the accepted samples made; the caller moves them into the head once they are durable.
  std::vector<std::unique_ptr<HeadSeries>>& created() { return created_; }

  /// Calls f(HeadSeries&, TimestampMs, double) for each accepted sample, in the batch's order.
  template <typename F>
  void for_each_accepted(F&& f) const {
    for (size_t i = 0; i < accepted_.size(); ++i) {
      if (i + kAhead < series_.size()) prefetch(series_[i + kAhead]);
      if (accepted_[i] != 0) f(*series_[i], batch_->times()[i], batch_->values()[i]);
    }
  }

  /// Forgets the series it knows: some are gone, or the created ones were not kept.
  void forget();

 private:
  // Series are met in the order of their samples, which is none of memory's: a processor that is told in time need not
  // wait for each.
  static constexpr size_t kAhead = 6;
  static void prefetch(const HeadSeries* series) {
    constexpr size_t kLine = 64;
    const char* at = reinterpret_cast<const char*>(series);
    for (size_t line = 0; line < 3; ++line) __builtin_prefetch(at + line * kLine);
  }
  void prefetch_hinted(uint32_t hint) const {
    if (hint < known_.size()) __builtin_prefetch(known_[hint].series);
  }
  HeadSeries* resolve(size_t at, const Head& head, const Limits& limits);
  HeadSeries* find_or_create(size_t at, const Head& head, const Limits& limits);
  HeadSeries* create(size_t at, const Head& head, const Limits& limits);
  Status decide_late(const ReadChunks& read);
  Status decide_group(std::span<const uint32_t> group, const ReadChunks& read);
  Status read_known(const HeadSeries& series, TimestampMs t_min, TimestampMs t_max, const ReadChunks& read,
                    Columns& known) const;
  void compare(uint32_t at, double stored);
  void reject(size_t at, const std::string& why);

  const model::Batch* batch_ = nullptr;
  uint64_t batch_number_ = 0;
  AppendResult result_;
  struct Known {
    model::SeriesId id;
    HeadSeries* series = nullptr;
  };
  std::vector<Known> known_;         // by the hints of batches
  std::vector<HeadSeries*> series_;  // of each sample; kept as a hint for the next batch of the same shape
  std::vector<uint8_t> accepted_;
  std::vector<uint32_t> late_;      // samples that are not after all others of their series
  std::vector<uint32_t> in_order_;  // the accepted ones by series and time, when there are late ones
  std::vector<std::unique_ptr<HeadSeries>> created_;
  std::unordered_map<model::SeriesId, HeadSeries*> created_by_id_;
  std::unordered_map<std::string, size_t> created_by_metric_;  // where a metric has a limit
};

}  // namespace oreum::storage
