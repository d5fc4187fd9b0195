// Field numbers of prometheus.WriteRequest and the messages in it.
#pragma once

#include <cstdint>

namespace oreum::encoding {

inline constexpr uint32_t kRequestTimeseries = 1;
inline constexpr uint32_t kRequestMetadata = 3;
inline constexpr uint32_t kSeriesLabels = 1;
inline constexpr uint32_t kSeriesSamples = 2;
inline constexpr uint32_t kSeriesExemplars = 3;
inline constexpr uint32_t kSeriesHistograms = 4;
inline constexpr uint32_t kLabelName = 1;
inline constexpr uint32_t kLabelValue = 2;
inline constexpr uint32_t kMetadataType = 1;
inline constexpr uint32_t kMetadataFamily = 2;
inline constexpr uint32_t kMetadataHelp = 4;
inline constexpr uint32_t kMetadataUnit = 5;
inline constexpr uint32_t kSampleValue = 1;
inline constexpr uint32_t kSampleTime = 2;

}  // namespace oreum::encoding
