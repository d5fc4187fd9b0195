// What all imports share: counts, batches on their way to a target, and the file of what was refused.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/sample.h"
#include "transfer/source.h"
#include "transfer/target.h"
#include "transfer/text_format.h"

namespace oreum::transfer {

struct ImportReport {
  uint64_t rows = 0;      // lines or rows read
  uint64_t rejected = 0;  // of them unreadable
  uint64_t samples = 0;   // read
  // What became of the samples.
  uint64_t added = 0;
  uint64_t duplicates = 0;
  uint64_t conflicts = 0;
  uint64_t too_old = 0;
  uint64_t over_limit = 0;
  std::string first_refusal;       // the first of what the store refused and why, for a person
  std::vector<std::string> notes;  // what was assumed
};

/// Takes a row that cannot be read and the reason; without one the first such row ends the import.
using Reject = std::function<Status(std::string_view row, std::string_view reason)>;
/// Called after each batch: what has been done, and bytes of the source.
using Progress = std::function<void(const ImportReport& report, uint64_t bytes)>;

struct ImportOptions {
  Reject reject;
  Progress progress;
  size_t batch_samples = 50'000;
};

/// Gathers samples into batches. Not thread-safe.
class Loader {
 public:
  /// All outlive it.
  Loader(Target& target, ImportReport& report, size_t batch_samples)
      : target_(target), report_(report), batch_samples_(batch_samples) {}

  /// The series must live until the loader is empty.
  void add(const model::Series& series, TimestampMs t, double v);
  /// Whether it is time to flush.
  bool full() const { return batch_.size() >= batch_samples_ || label_bytes_ > kMaxLabelBytes; }
  bool empty() const { return batch_.empty(); }
  Status flush();

 private:
  static constexpr size_t kMaxLabelBytes = size_t{8} << 20;  // so that a request stays within a server's limits

  Target& target_;
  ImportReport& report_;
  const size_t batch_samples_;
  model::Batch batch_;
  size_t label_bytes_ = 0;
  const model::Series* last_ = nullptr;
};

/// Imports a text. The report is good also after an error: it says how far the import came. The errors name the line.
Status import_text(Source& source, TextFormat format, Target& target, const ImportOptions& options,
                   ImportReport& report);

}  // namespace oreum::transfer
