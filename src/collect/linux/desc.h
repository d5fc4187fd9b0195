// Short forms for the tables of metric families that collectors hold, and for families named after a file's fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/metric.h"

namespace oreum::collect {

constexpr model::MetricDesc counter(std::string_view name, std::string_view help) {
  return {name, help, model::MetricType::kCounter};
}
constexpr model::MetricDesc gauge(std::string_view name, std::string_view help) {
  return {name, help, model::MetricType::kGauge};
}

/// Remembers which family each field of a file is, by its place: the kernel writes the same fields in the same order,
/// so that finding one costs a comparison. Not thread-safe.
class FieldFamilies {
 public:
  /// make(key) answers the family of a key not seen at this place before; null when it is not exported.
  template <typename Make>
  const model::MetricDesc* at(size_t place, std::string_view key, Make make) {
    if (place >= fields_.size()) fields_.resize(place + 1);
    Field& field = fields_[place];
    if (!field.known || field.key != key) field = {std::string(key), make(key), true};
    return field.desc;
  }

 private:
  struct Field {
    std::string key;
    const model::MetricDesc* desc = nullptr;
    bool known = false;
  };
  std::vector<Field> fields_;
};

}  // namespace oreum::collect
