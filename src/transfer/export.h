// Writes what a store holds as OpenMetrics or CSV, one series after the other, in memory that does not grow with the
// store. docs/import-export.md describes what comes out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/matcher.h"
#include "model/metric.h"
#include "storage/store.h"

namespace oreum::transfer {

enum class ExportFormat { kOpenMetrics, kCsv };

std::string_view content_type(ExportFormat format);

/// What is known of a metric. Of histograms and summaries the samples' names (x_bucket …) are known.
struct MetricInfo {
  std::string help;
  model::MetricType type = model::MetricType::kUntyped;
};
using MetricInfos = std::map<std::string, MetricInfo, std::less<>>;

struct ExportOptions {
  ExportFormat format = ExportFormat::kOpenMetrics;
  std::vector<std::vector<model::Matcher>> selectors;  // series that match any of them; none: all
  // Both included.
  TimestampMs from = TimestampMs::min();
  TimestampMs to = TimestampMs::max();
  bool stale = true;       // OpenMetrics: keep the markers of ended series; CSV never has them
  bool csv_in_ms = false;  // times as Unix milliseconds instead of ISO 8601
  MetricInfos infos;
  /// Long ranges are read in windows of this, so that a series takes so much memory and no more.
  milliseconds window{8LL * 86'400'000};
};

struct ExportCounts {
  uint64_t series = 0;  // with at least one sample
  uint64_t samples = 0;
  uint64_t bytes = 0;
};

/// Takes a piece of the text; an error ends the export.
using ExportOut = std::function<Status(std::string piece, const ExportCounts& counts)>;

/// Narrows the range to what the store holds, so that no time goes into windows without samples.
void keep_within(ExportOptions& options, const storage::StoreStats& stats);

/// What is appended meanwhile may be there or not. kDataLoss: a damaged chunk; what came out is then not complete, and
/// no "# EOF" is written.
Result<ExportCounts> export_samples(const storage::Queryable& store, const ExportOptions& options,
                                    const ExportOut& out);

}  // namespace oreum::transfer
