// What senders say of the metrics they push: type, help and unit. In memory only; senders repeat it each minute or so.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "encoding/metric_metadata.h"

namespace oreum::api::prometheus {

/// Thread-safe. Holds so many metrics and no more; the newest word on a metric comes first.
class MetadataStore {
 public:
  static constexpr size_t kMostMetrics = 50'000;
  static constexpr size_t kMostOfOne = 8;  // different ones of one metric

  void add(std::span<const encoding::MetricMetadata> described) EXCLUDES(mu_);

  using ByMetric = std::map<std::string, std::vector<encoding::MetricMetadata>, std::less<>>;
  /// All, or those of one metric.
  ByMetric get(std::string_view metric) const EXCLUDES(mu_);

 private:
  mutable Mutex mu_;
  ByMetric all_ GUARDED_BY(mu_);
};

}  // namespace oreum::api::prometheus
