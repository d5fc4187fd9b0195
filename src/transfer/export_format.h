// The text of an export, apart from where its samples come from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/queryable.h"
#include "transfer/export.h"

namespace oreum::transfer {

/// The metrics of one family, in the order of their names.
struct Family {
  std::string name;
  std::vector<std::string> metrics;
};

/// Sorts metrics into families: x_bucket, x_sum and x_count of a known histogram belong together, else each is its own.
std::vector<Family> families_of(const std::vector<std::string>& metrics, const MetricInfos& infos);

/// Appends to a text; not thread-safe.
class ExportWriter {
 public:
  virtual ~ExportWriter() = default;
  virtual void begin(std::string& out) = 0;
  /// Called before the first sample of a family.
  virtual void family(std::string& out, const Family& family) = 0;
  /// Samples of one series, called with rising times; how many were written.
  virtual uint64_t samples(std::string& out, const model::Series& series, const storage::Columns& columns) = 0;
  virtual void end(std::string& out) = 0;
};

/// The options outlive it.
std::unique_ptr<ExportWriter> make_writer(const ExportOptions& options);

}  // namespace oreum::transfer
