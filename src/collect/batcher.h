// Batcher: readings → a batch for the store, with stale markers for series that are gone.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collect/reading.h"
#include "model/sample.h"

namespace oreum::collect {

/// Keeps its memory: while the series stay the same a batch costs no allocation. Not thread-safe.
class Batcher {
 public:
  /// Every value of these readings, and a stale marker, at the reading's time, for each series that the collector's
  /// last reading had and this one has not. The batch is good until the next call.
  const model::Batch& build(std::span<const std::shared_ptr<const Reading>> fresh);

 private:
  void add_stale(const Shape& before, const Shape& now, TimestampMs t);

  model::Batch batch_;
  std::map<std::string_view, std::shared_ptr<const Shape>> last_;  // by collector; keeps what batch_ borrows alive
  std::vector<std::shared_ptr<const Shape>> gone_;                 // shapes whose series batch_ calls stale
  std::vector<model::SeriesId> ids_;                               // scratch
};

}  // namespace oreum::collect
