// OpenTelemetry's metrics as they are sent (OTLP 1), from protobuf and from JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace oreum::encoding {

/// Name and value, the value as text: lists and maps as JSON, bytes in base64.
using OtlpAttributes = std::vector<std::pair<std::string, std::string>>;

struct OtlpPoint {
  static constexpr uint32_t kNoRecordedValue = 1;  // of flags: the series ends here

  OtlpAttributes attributes;
  uint64_t time_ns = 0;
  uint32_t flags = 0;
  double value = 0;  // of a gauge or a sum
  // Of a histogram or a summary.
  uint64_t count = 0;
  double sum = 0;
  bool has_sum = false;
  std::vector<uint64_t> buckets;                     // not cumulative; one more than bounds, or none
  std::vector<double> bounds;                        // rising
  std::vector<std::pair<double, double>> quantiles;  // quantile, value
};

struct OtlpMetric {
  enum class Kind { kNone, kGauge, kSum, kHistogram, kExponentialHistogram, kSummary };
  enum class Temporality { kUnspecified = 0, kDelta = 1, kCumulative = 2 };

  std::string name;
  std::string description;
  std::string unit;
  Kind kind = Kind::kNone;
  Temporality temporality = Temporality::kUnspecified;
  bool monotonic = false;
  std::vector<OtlpPoint> points;
};

struct OtlpResource {
  OtlpAttributes attributes;
  std::vector<OtlpMetric> metrics;
};

struct OtlpLimits {
  size_t points = 1'000'000;
  size_t depth = 16;  // of values in values
};

/// An ExportMetricsServiceRequest. kInvalidArgument: it is none; kResourceExhausted: over a limit.
Result<std::vector<OtlpResource>> decode_otlp_protobuf(std::string_view body, const OtlpLimits& limits = {});
Result<std::vector<OtlpResource>> decode_otlp_json(std::string_view body, const OtlpLimits& limits = {});

/// An ExportMetricsServiceResponse: all is well when nothing was rejected.
std::string encode_otlp_answer(uint64_t rejected, std::string_view message);
/// A google.rpc.Status, which errors are answered as.
std::string encode_rpc_status(int32_t code, std::string_view message);

}  // namespace oreum::encoding
