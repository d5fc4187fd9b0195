// What is said of a metric beside its samples, in remote write, OTLP and the like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oreum::encoding {

/// The numbers are those of both versions of remote write.
enum class MetadataType : uint8_t {
  kUnknown = 0,
  kCounter = 1,
  kGauge = 2,
  kHistogram = 3,
  kGaugeHistogram = 4,
  kSummary = 5,
  kInfo = 6,
  kStateset = 7,
};

inline MetadataType metadata_type(uint64_t number) {
  return number > static_cast<uint64_t>(MetadataType::kStateset) ? MetadataType::kUnknown
                                                                 : static_cast<MetadataType>(number);
}

/// "counter", "gauge", "unknown" …
inline std::string_view type_name(MetadataType type) {
  switch (type) {
    case MetadataType::kUnknown: return "unknown";
    case MetadataType::kCounter: return "counter";
    case MetadataType::kGauge: return "gauge";
    case MetadataType::kHistogram: return "histogram";
    case MetadataType::kGaugeHistogram: return "gaugehistogram";
    case MetadataType::kSummary: return "summary";
    case MetadataType::kInfo: return "info";
    case MetadataType::kStateset: return "stateset";
  }
  return "unknown";
}

struct MetricMetadata {
  std::string family;
  MetadataType type = MetadataType::kUnknown;
  std::string help;
  std::string unit;
  bool operator==(const MetricMetadata&) const = default;
};

}  // namespace oreum::encoding
