// A snapshot's values by family, for those who pick a few of many.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "collect/reading.h"

namespace oreum::api {

/// Keeps the snapshot. Immutable; thread-safe.
class Families {
 public:
  explicit Families(std::shared_ptr<const collect::Snapshot> snapshot);

  TimestampMs time() const { return snapshot_->t; }
  const std::shared_ptr<const collect::Snapshot>& snapshot() const { return snapshot_; }

  /// Calls f(labels, value) for each value of the family.
  template <typename F>
  void each(std::string_view family, F f) const {
    const auto first = std::lower_bound(runs_.begin(), runs_.end(), family,
                                        [](const Run& run, std::string_view name) { return run.family < name; });
    for (auto run = first; run != runs_.end() && run->family == family; ++run) {
      for (size_t i = run->begin; i < run->end; ++i) f((*run->reading->shape)[i].labels, run->reading->values[i]);
    }
  }
  /// Calls f(family, labels, value) for each value of the families whose names start so.
  template <typename F>
  void each_with_prefix(std::string_view prefix, F f) const {
    const auto first = std::lower_bound(runs_.begin(), runs_.end(), prefix,
                                        [](const Run& run, std::string_view name) { return run.family < name; });
    for (auto run = first; run != runs_.end() && run->family.starts_with(prefix); ++run) {
      for (size_t i = run->begin; i < run->end; ++i) {
        f(run->family, (*run->reading->shape)[i].labels, run->reading->values[i]);
      }
    }
  }
  /// The first value of the family.
  std::optional<double> value(std::string_view family) const;

 private:
  /// Neighbours of one family in one reading.
  struct Run {
    std::string_view family;
    size_t order;  // as collected
    const collect::Reading* reading;
    size_t begin;
    size_t end;
  };
  std::shared_ptr<const collect::Snapshot> snapshot_;
  std::vector<Run> runs_;  // by family
};

}  // namespace oreum::api
