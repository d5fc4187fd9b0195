// SelfWatch: what the program says about itself, as readings that are stored beside the collected ones, so that its
// own load and errors have a history, too.
#pragma once

#include <memory>
#include <optional>

#include "api/own_metrics.h"
#include "base/time.h"
#include "collect/reading.h"
#include "collect/sink.h"

namespace oreum::app {

/// Not thread-safe.
class SelfWatch {
 public:
  /// A reading at most each `interval`; its series carry job="oreum" and the instance.
  SelfWatch(const std::string& instance, milliseconds interval);

  /// The reading of tick t; null when none is due. The metrics come from `append`, which is called when one is.
  template <typename Append>
  std::shared_ptr<const collect::Reading> read(TimestampMs t, Append append) {
    if (last_ && t - *last_ < interval_ && t >= *last_) return nullptr;
    last_ = t;
    api::OwnMetrics metrics;
    append(metrics);
    return reading_of(metrics, t);
  }

 private:
  std::shared_ptr<const collect::Reading> reading_of(const api::OwnMetrics& metrics, TimestampMs t);

  const milliseconds interval_;
  collect::Sink sink_;
  std::optional<TimestampMs> last_;
};

}  // namespace oreum::app
