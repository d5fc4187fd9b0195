#include "api/prometheus/metadata_store.h"

#include <algorithm>

namespace oreum::api::prometheus {

void MetadataStore::add(std::span<const encoding::MetricMetadata> described) {
  if (described.empty()) return;
  const MutexLock lock(mu_);
  for (const encoding::MetricMetadata& one : described) {
    if (one.family.empty()) continue;
    auto at = all_.find(one.family);
    if (at == all_.end()) {
      if (all_.size() >= kMostMetrics) continue;
      at = all_.emplace(one.family, std::vector<encoding::MetricMetadata>()).first;
    }
    std::vector<encoding::MetricMetadata>& known = at->second;
    if (std::find(known.begin(), known.end(), one) != known.end()) continue;
    if (known.size() == kMostOfOne) known.pop_back();
    known.insert(known.begin(), one);
  }
}

MetadataStore::ByMetric MetadataStore::get(std::string_view metric) const {
  const MutexLock lock(mu_);
  if (metric.empty()) return all_;
  ByMetric one;
  if (const auto at = all_.find(metric); at != all_.end()) one.insert(*at);
  return one;
}

}  // namespace oreum::api::prometheus
