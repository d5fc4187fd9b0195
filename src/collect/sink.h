// Sink: where a collector says its values.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "collect/reading.h"
#include "model/labels.h"
#include "model/metric.h"

namespace oreum::collect {

/// A collector emits the same series in the same order nearly always. The sink compares each emission with the one at
/// the same place last time: the same name and labels cost one comparison and no allocation; anything else is looked
/// up and makes a new shape. One sink belongs to one collector, for as long as it lives. Not thread-safe.
class Sink {
 public:
  /// `common` (job, instance) is added to every stored series.
  explicit Sink(std::vector<std::pair<std::string, std::string>> common);
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// A value. Label values may be anything (bytes that are no UTF-8 are replaced); empty values are no label, as in
  /// Prometheus' data model. A series emitted twice in one collection keeps its first
  /// value and counts in duplicates().
  void emit(const model::MetricDesc& desc, std::span<const model::Label> labels, double value);
  void emit(const model::MetricDesc& desc, std::initializer_list<model::Label> labels, double value) {
    emit(desc, std::span(labels.begin(), labels.size()), value);
  }
  void emit(const model::MetricDesc& desc, double value) { emit(desc, std::span<const model::Label>(), value); }

  /// Starts a collection: forgets the values, keeps the shape.
  void begin();
  /// Ends it. Afterwards shape() and values() are this collection's.
  void end();

  const std::shared_ptr<const Shape>& shape() const { return shape_; }
  const std::vector<double>& values() const { return values_; }
  size_t duplicates() const { return duplicates_; }

 private:
  bool same_as_last(size_t at, const model::MetricDesc& desc, std::span<const model::Label> labels) const;
  void diverge(size_t at);

  std::vector<std::pair<std::string, std::string>> common_;
  std::shared_ptr<const Shape> shape_;                                     // of the last finished collection
  std::vector<std::vector<std::pair<std::string, std::string>>> emitted_;  // labels as emitted, beside shape_
  std::vector<double> values_;
  // Filled only while this collection's shape differs from the last.
  std::unique_ptr<Shape> next_;
  std::vector<std::vector<std::pair<std::string, std::string>>> next_emitted_;
  std::unordered_set<model::SeriesId> seen_;
  size_t duplicates_ = 0;
};

}  // namespace oreum::collect
