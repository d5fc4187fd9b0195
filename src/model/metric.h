// What a metric is called, what it means and what kind of number it is.
#pragma once

#include <string_view>

namespace oreum::model {

enum class MetricType { kCounter, kGauge, kUntyped, kHistogram, kSummary };

/// "counter", "gauge", "untyped", "histogram", "summary".
inline std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kUntyped: return "untyped";
    case MetricType::kHistogram: return "histogram";
    case MetricType::kSummary: return "summary";
  }
  return "untyped";
}

/// A metric family. The texts are borrowed: a constant's live for ever, a made-up one's belong to whoever made it
/// (collect::DescCache).
struct MetricDesc {
  std::string_view name;
  std::string_view help;
  MetricType type = MetricType::kGauge;
};

}  // namespace oreum::model
