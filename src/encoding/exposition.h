// Writes the Prometheus text exposition format 0.0.4 and OpenMetrics 1.0.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/metric.h"

namespace oreum::encoding {

enum class ExpositionFormat { kText, kOpenMetrics };

/// The Content-Type of a page.
std::string_view content_type(ExpositionFormat format);

/// One value's place on a page. Of histograms and summaries `name` is the sample's (x_bucket, x_sum, x_count); their
/// family is what is left without the ending.
struct ExpositionEntry {
  std::string_view name;
  std::string_view help;
  model::MetricType type = model::MetricType::kGauge;
  const model::Labels* labels = nullptr;  // without __name__; null: none
};

/// A page laid out once and rendered often: all its text but the values is made here, so that rendering costs little
/// more than printing the numbers. Families come in the order of their names, each with HELP and TYPE once, their
/// samples in the order of the entries; help and type are the first entry's. Keeps nothing of the entries. Immutable;
/// thread-safe.
///
/// OpenMetrics: a counter's family is named without _total; a counter that does not end so, or whose short name is
/// another family's, is an `unknown`.
class ExpositionPage {
 public:
  ExpositionPage(ExpositionFormat format, std::span<const ExpositionEntry> entries);

  /// Appends the page. `values` are those of the entries, in their order.
  void render(std::string& out, std::span<const double> values) const;

  size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    size_t text_end;  // in text_: what stands before the value, from the end of the slot before
    size_t entry;
  };
  std::string text_;
  std::vector<Slot> slots_;
};

}  // namespace oreum::encoding
