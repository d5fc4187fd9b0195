// What collectors produce: a Reading is a shape (which series, seldom changing) and a column of values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "model/labels.h"
#include "model/metric.h"

namespace oreum::collect {

/// One exported value's place. `labels` is what /metrics shows; `stored` has job and instance added.
struct Entry {
  model::MetricDesc desc;  // texts live in a constant or in the collector's DescCache, which never shrinks
  model::Labels labels;    // without __name__
  model::Series stored;
};

/// The series of one collector, in the order it emits them. Immutable once published, shared between readings.
using Shape = std::vector<Entry>;

/// What one collector said at one time. Immutable once published.
struct Reading {
  std::string_view collector;  // its name in the table
  TimestampMs t;
  std::shared_ptr<const Shape> shape;
  std::vector<double> values;  // as many as shape has entries
  double seconds = 0;          // how long it took
  bool success = false;
  std::string error;  // why not; also that there is nothing of the kind on this machine
};

/// The latest reading of every collector. Immutable; thread-safe.
struct Snapshot {
  TimestampMs t;  // of the latest tick
  std::vector<std::shared_ptr<const Reading>> readings;

  /// Calls f(entry, value) for each value of a family, in order.
  template <typename F>
  void each(std::string_view family, F f) const {
    for (const auto& reading : readings) {
      for (size_t i = 0; i < reading->values.size(); ++i) {
        const Entry& entry = (*reading->shape)[i];
        if (entry.desc.name == family) f(entry, reading->values[i]);
      }
    }
  }
};

}  // namespace oreum::collect
