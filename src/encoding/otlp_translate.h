// OTLP's metrics → series by Prometheus' rules: names with units and _total, classic histograms, target_info.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/metric_metadata.h"
#include "encoding/otlp.h"
#include "model/sample.h"

namespace oreum::encoding {

struct OtlpSamples {
  model::Batch batch;
  std::vector<MetricMetadata> described;
  uint64_t points = 0;    // that were sent
  uint64_t rejected = 0;  // of them
  std::string first_rejected;
};

OtlpSamples translate_otlp(std::span<const OtlpResource> resources);

/// "http.server.duration" in "ms" → "http_server_duration_milliseconds"; a counter ends in _total, a gauge of unit 1 in
/// _ratio.
std::string otlp_metric_name(const OtlpMetric& metric);
/// "service.name" → "service_name".
std::string otlp_label_name(std::string_view name);

}  // namespace oreum::encoding
